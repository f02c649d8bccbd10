import { z } from 'zod';
import { resourceName } from './grammar.js';
import { strict } from './schema.js';

/** Resource of AWS's device plugin, with the number of EFA devices of p5.48xlarge, the nodes of the benchmark plan. */
export const EFA_DEVICES = { resource: 'vpc.amazonaws.com/efa', count: 32 } as const;

/** Schema of network devices that a pod requests by an extended resource. */
export const networkDevices = strict({
  resource: resourceName().meta({ description: 'name of the extended resource, for example rdma/ib' }),
  count: z.int().min(1).max(1024).meta({ description: 'number of slots for each pod' }),
  nics: z.int().min(0).max(1024).optional().meta({
    description:
      'NICs that these slots grant in total, where one slot grants several; 0 for a resource that grants none, such as an address; default: count',
  }),
}).refine(({ count, nics = count }) => nics % count === 0, {
  path: ['nics'],
  message: 'must be a multiple of count, because each slot grants the same number of NICs',
});

/** Network devices that a pod requests by an extended resource. `nics` is the number of NICs of all slots. */
export type NetworkDevices = Readonly<z.output<typeof networkDevices>>;

/** Returns the number of NICs that network devices grant in total. */
export function nicsOf(devices: readonly NetworkDevices[]): number {
  return devices.reduce((sum, { count, nics = count }) => sum + nics, 0);
}

/** Lists network devices for a message: `32 vpc.amazonaws.com/efa`, `1 rdma/ib with 8 NICs`. */
export function devicesText(devices: readonly NetworkDevices[]): string {
  const texts = devices.map(({ resource, count, nics = count }) => {
    return `${count} ${resource}${nics === count ? '' : ` with ${nics} NICs`}`;
  });
  return texts.join(', ') || 'no network device';
}

/** Returns network devices as quantities of extended resources, as in the limits of a container. */
export function deviceQuantities(devices: readonly NetworkDevices[]): Record<string, string> {
  return Object.fromEntries(devices.map(({ resource, count }) => [resource, String(count)]));
}

/**
 * Takes whole slots of network devices, in their order, until they grant at least `nics` NICs. The result has more NICs when
 * the last slot grants several, and fewer when all slots together grant fewer.
 */
export function takeNics(devices: readonly NetworkDevices[], nics: number): NetworkDevices[] {
  const taken: NetworkDevices[] = [];
  let missing = nics;
  for (const { resource, count, nics: total } of devices) {
    if (missing <= 0) break;
    const perSlot = (total ?? count) / count;
    const slots = Math.min(count, Math.ceil(missing / perSlot));
    taken.push({ resource, count: slots, ...(total === undefined ? {} : { nics: slots * perSlot }) });
    missing -= slots * perSlot;
  }
  return taken;
}

/** Returns the network devices for the former key `efa: {resource, count}`; a value of another form unchanged. */
export function devicesOfFormer(efa: unknown): unknown {
  if (typeof efa !== 'object' || efa === null || Array.isArray(efa)) return efa;
  const { count, ...others }: { count?: unknown } = { ...EFA_DEVICES, ...efa };
  return count === 0 ? [] : [{ ...others, count }];
}

/**
 * Returns resources in the form of the first version, on which the hashes of cells are based, when that form can express
 * them: one resource whose slots grant one NIC each, or none.
 */
export function formerResources({ devices, ...others }: { readonly devices: readonly NetworkDevices[] }): object {
  const [{ resource, count } = { ...EFA_DEVICES, count: 0 }, ...more] = devices;
  if (more.length === 0 && nicsOf(devices) === count) return { ...others, efa: { resource, count } };
  return { ...others, devices: devices.map((entry) => ({ ...entry, nics: nicsOf([entry]) })) };
}

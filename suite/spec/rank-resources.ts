import { z } from 'zod';
import { resourceName } from '../schema/grammar.js';
import { EFA_DEVICES, type NetworkDevices, networkDevices, nicsOf, takeNics } from '../schema/network-devices.js';
import { bytes, strict } from '../schema/schema.js';
import { formatCount } from '../units/count.js';

/** Schema of the resources of each rank. `devicesOrDefault` supplies the default of `devices`. */
export const rankResources = strict({
  gpu: strict({
    resource: resourceName().default('nvidia.com/gpu').meta({ description: 'name of the extended resource' }),
    count: z.int().min(0).default(8).meta({ description: 'number for each pod; 0: request none' }),
  })
    .prefault({})
    .meta({ description: 'GPUs of each rank' }),
  devices: z
    .array(networkDevices)
    .max(64)
    .refine((entries) => new Set(entries.map(({ resource }) => resource)).size === entries.length, {
      message: 'lists a resource twice; add up its counts in one entry',
    })
    .optional()
    .meta({
      description:
        'network devices of each rank; default: 32 vpc.amazonaws.com/efa with fabric.kind efa, otherwise none. An empty list requests none, for ranks that use the devices of the node',
    }),
  cpu: z.number().positive().default(8).meta({ description: 'CPUs of each rank' }),
  memory: bytes()
    .prefault('128Gi')
    .meta({ description: 'memory of each rank; 32 EFA devices need 128Gi for their registered buffers' }),
  hugepages2Mi: bytes().prefault('5120Mi').meta({ description: '2 MiB huge pages of each rank' }),
  sharedMemory: bytes().prefault('16Gi').meta({ description: 'size of /dev/shm of each rank' }),
});

/** Resources of each rank, with every default. */
export interface RankResources extends Omit<z.output<typeof rankResources>, 'devices'> {
  readonly devices: readonly NetworkDevices[];
}

/** Returns the network devices of a rank: those of the spec, otherwise the default of its kind of fabric. */
export function devicesOrDefault(
  { devices }: { readonly devices?: readonly NetworkDevices[] | undefined },
  fabric: { readonly kind: string },
): readonly NetworkDevices[] {
  return devices ?? (fabric.kind === 'efa' ? [EFA_DEVICES] : []);
}

/** Returns the resources of each rank of a test: the spec's, with the test's number of NICs and of GPUs. */
export function resourcesOf<Resources extends Pick<RankResources, 'devices' | 'gpu'>>(
  { resources }: { readonly resources: Resources },
  { nics, gpus }: { readonly nics?: number | undefined; readonly gpus?: number | undefined },
): Resources {
  return {
    ...resources,
    ...(nics === undefined ? {} : { devices: takeNics(resources.devices, nics) }),
    ...(gpus === undefined ? {} : { gpu: { ...resources.gpu, count: gpus } }),
  };
}

/** Explains why a rank cannot have this number of the NICs in `resources.devices`; undefined when it can. */
export function problemOfNics(nics: number, devices: readonly NetworkDevices[]): string | undefined {
  const all = nicsOf(devices);
  if (nics > all) {
    return `${nics} is more than the ${formatCount(all, 'NIC')} of resources.devices; decrease it or request more there`;
  }
  const taken = takeNics(devices, nics);
  if (nicsOf(taken) === nics) return undefined;
  const { resource = '' } = taken.at(-1) ?? {};
  return `${nics} cannot be requested, because one slot of ${resource} grants several NICs; use ${nicsOf(taken)}, or limit the NICs by a variable of the test, such as UCX_NET_DEVICES in env`;
}

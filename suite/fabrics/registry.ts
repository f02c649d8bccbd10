import type { z } from 'zod';
import type { Fabric } from '../hardware/fabric.js';
import type { ByteSource } from './common/byte-source.js';
import type { DeviceClass, FabricKind } from './common/fabric-kind.js';
import { efa } from './efa/kind.js';
import { ethernetKind } from './ethernet/kind.js';
import { infiniband } from './infiniband/kind.js';
import { roce } from './roce/kind.js';

/** The kinds of fabric that a spec can name, in the order in which the schema lists them. */
export const FABRIC_KINDS = [
  efa, //
  infiniband,
  roce,
  ethernetKind,
] as const;

/** The checked block `fabric` of a spec. */
export type FabricSpec = z.output<(typeof FABRIC_KINDS)[number]['schema']>;

const BY_NAME: ReadonlyMap<string, FabricKind<FabricSpec>> = new Map(FABRIC_KINDS.map((kind) => [kind.name, kind]));

/**
 * Returns the kind of a fabric, or of the block `fabric` of a spec.
 *
 * @throws {RangeError} for a kind that is not registered, which neither a spec nor a catalogue can contain
 */
export function fabricKindOf({ kind }: Pick<Fabric, 'kind'>): FabricKind<FabricSpec> {
  const found = BY_NAME.get(kind);
  if (!found) throw new RangeError(`fabric kind ${kind} is not registered`);
  return found;
}

/**
 * Returns the kind that libfabric used according to a rank's environment; undefined when the environment does not
 * determine it.
 */
export function fabricKindOfEnvironment({
  FI_PROVIDER: provider,
}: Readonly<Record<string, string>>): FabricKind<FabricSpec> | undefined {
  return [...BY_NAME.values()].find((kind) => kind.provider !== undefined && kind.provider === provider);
}

/** Environment variables that ranks and Dynamo workers have on every fabric; a spec overrides them. */
const EVERY_FABRIC: Readonly<Record<string, string>> = { FI_HMEM_DISABLE_P2P: '0' };

/** Returns the default environment of the ranks on a fabric. */
export function fabricEnvironment(fabric: Pick<Fabric, 'kind'>): Record<string, string> {
  return { ...fabricKindOf(fabric).environment, ...EVERY_FABRIC };
}

/**
 * Returns the sources of bytes of the devices of a class, on any fabric. A device can be another one than the fabric
 * expects.
 */
export function byteSourcesOf(deviceClass: DeviceClass): readonly ByteSource[] {
  return SOURCES[deviceClass];
}

const SOURCES: Readonly<Record<DeviceClass, readonly ByteSource[]>> = {
  infiniband: sourcesOfClass('infiniband'),
  net: sourcesOfClass('net'),
};

function sourcesOfClass(wanted: DeviceClass): readonly ByteSource[] {
  const kinds: readonly FabricKind<FabricSpec>[] = FABRIC_KINDS;
  const found = kinds.filter(({ deviceClass }) => deviceClass === wanted);
  return [...new Set(found.flatMap(({ byteSources }) => byteSources))];
}

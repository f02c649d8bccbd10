import type { z } from 'zod';
import type { Fabric } from '../hardware/fabric.js';
import type { FabricKind } from './common/fabric-kind.js';
import { efa } from './efa/kind.js';
import { ethernetKind } from './ethernet/kind.js';

/** The kinds of fabric that a spec can name, in the order in which the schema lists them. */
export const FABRIC_KINDS = [
  efa, //
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

/** Returns the byte counters of a device of any fabric. */
export function byteCountersOf(device: string): readonly string[] {
  const [deviceClass = ''] = device.split('/');
  return [...BY_NAME.values()].flatMap(({ byteCounters }) => byteCounters[deviceClass] ?? []);
}

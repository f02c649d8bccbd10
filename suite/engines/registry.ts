import { z } from 'zod';
import { unknownWord } from '../schema/schema.js';
import type { Engine, KvTransferRate, Simulation } from './engine.js';
import { mocker } from './mocker/mocker.js';
import { sglang } from './sglang/sglang.js';
import { trtllm } from './trtllm/trtllm.js';
import { vllm } from './vllm/vllm.js';

/** Every engine that the suite can deploy. The first is the default. To add an engine, add its folder and one line here. */
const ENGINES = [trtllm, vllm, sglang, mocker] as const;

type Schema = (typeof ENGINES)[number]['schema'];
type EngineKind = (typeof ENGINES)[number]['kind'];

/** Parsed block `dynamo.engine`. */
export type EngineSpec = z.output<Schema>;

/** Values of `kind` for engines in suite specs and records. */
export const ENGINE_KINDS = ENGINES.map(({ kind }) => kind) as [EngineKind, ...EngineKind[]];

/** Schema of the block `dynamo.engine`. */
export const engineSpec = z
  .discriminatedUnion('kind', ENGINES.map(({ schema }) => schema) as [Schema, ...Schema[]], {
    error: (issue) => unknownWord('engine', (issue.input as { kind?: unknown } | undefined)?.kind, ENGINE_KINDS),
  })
  .prefault({ kind: ENGINES[0].kind });

const BY_KIND: Readonly<Record<string, Engine<EngineSpec> | undefined>> = Object.fromEntries(
  ENGINES.map((engine) => [engine.kind, engine]),
);

/** Finds the engine of a parsed block. */
export function engineOf({ kind }: Pick<EngineSpec, 'kind'>): Engine<EngineSpec> {
  const engine = BY_KIND[kind];
  if (!engine) throw new Error(`no engine has the kind "${kind}"`);
  return engine;
}

/**
 * Returns the properties of a simulated engine; undefined for a real engine and for one that this version does not know.
 */
export function simulationOf(kind: string | undefined): Simulation<EngineSpec> | undefined {
  return kind === undefined ? undefined : BY_KIND[kind]?.simulation;
}

/** Returns true when the figures of an engine, by its kind in a spec or a record, are simulated. */
export function isSimulatedEngine(kind: string | undefined): boolean {
  return simulationOf(kind) !== undefined;
}

/** Returns the default rate of an engine's simulated KV transfer; `none` for a real engine. */
export function simulatedKvRate(block: EngineSpec): KvTransferRate {
  return engineOf(block).simulation?.kvTransferRate(block) ?? 'none';
}

/**
 * Returns the data type from which the size of the KV cache follows: `transfer.kvCacheType` of the spec, or with `auto` the
 * type that the engine gets.
 */
export function countedKvType(block: EngineSpec, kvCacheType: string): string {
  return kvCacheType === 'auto' ? engineOf(block).kvElementType(block) : kvCacheType;
}

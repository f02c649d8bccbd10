import { z } from 'zod';
import { argument } from '../schema/grammar.js';
import { rate } from '../schema/schema.js';

/** Interface of an inference engine. Each engine has one folder and one entry in `registry.ts`. */

/** Role of a worker in a deployment. `worker`: prefill and decode in one process, in an aggregated deployment. */
export type WorkerRole = 'prefill' | 'decode' | 'worker';

/** Fields that the block `engine` has for every engine. */
export const extraArguments = () =>
  z.array(argument()).max(256).default([]).meta({ description: "additional arguments of the worker's command line" });

/**
 * Schema of the rate of a simulated KV transfer: bytes per second, `measured` by a transport test, or `none` for no
 * pause.
 */
export const kvTransferRate = () => z.union([rate(), z.literal('measured'), z.literal('none')]);

export type KvTransferRate = z.output<ReturnType<typeof kvTransferRate>>;

/** Fields of the parsed block `dynamo.engine` that all engines share. */
interface EngineBlock {
  readonly kind: string;
  readonly extraArguments: readonly string[];
}

/** A worker that runs an engine. */
export interface EngineWorker {
  readonly role: WorkerRole;
  readonly model: { readonly name: string; readonly path?: string | undefined };
  readonly transfer: {
    /** NIXL back end that carries the KV cache. */
    readonly backend: string;
    readonly tensorParallel: number;
    readonly tokensPerBlock: number;
    readonly kvCacheType: string;
  };
  /** KV transfer that a simulated engine simulates. */
  readonly simulatedKv: {
    /** Bytes per second; undefined when the engine does not pause for the transfer. */
    readonly rate?: number | undefined;
    /** Bytes for each prompt token. */
    readonly bytesPerToken?: number | undefined;
  };
}

/** Properties of a simulated engine. */
export interface Simulation<Block> {
  /** Warning on every page and report with its figures. */
  readonly warning: string;
  /** Default rate of the simulated KV transfer. */
  kvTransferRate(block: Block): KvTransferRate;
}

export interface Engine<Block extends EngineBlock = EngineBlock> {
  /** Value of `kind` in suite specs and records. */
  readonly kind: Block['kind'];
  /** Name in sentences: "model m on <title>". */
  readonly title: string;
  /** Schema of the block `dynamo.engine` with this kind. */
  readonly schema: z.ZodType<Block>;
  /** Value of `backendFramework` in a DynamoGraphDeployment. */
  readonly backendFramework: 'trtllm' | 'vllm' | 'sglang';
  /** Program of a worker, without arguments. */
  readonly command: readonly string[];
  /**
   * Set for a simulated engine, which sends no KV bytes, so that the KV path cannot be proven. Absent for an engine that
   * sends its KV cache through NIXL, which the NIC counters and the loaded NIXL plug-ins of its workers prove.
   */
  readonly simulation?: Simulation<Block>;
  /** Returns the arguments of the command for one worker, without those of the spec (`extraArguments`). */
  arguments(worker: EngineWorker): string[];
  /** Returns the environment variables of one worker. They take precedence over `dynamo.env`. */
  environment(worker: EngineWorker): Readonly<Record<string, string>>;
}

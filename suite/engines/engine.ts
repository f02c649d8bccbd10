import { z } from 'zod';
import { rate } from '../schema/schema.js';

/** Interface of an inference engine. Each engine has one folder and one entry in `registry.ts`. */

/** Job of a worker in a deployment; `worker`: prefill and decode in one, in an aggregated deployment. */
export type WorkerRole = 'prefill' | 'decode' | 'worker';

/** Fields that the block `engine` has for every engine. */
export const extraArguments = () =>
  z.array(z.string()).default([]).meta({ description: "additional arguments of the worker's command line" });

/** Rate of a simulated KV transfer, as the spec gives it: bytes per second, that of a transport test, or no pause. */
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
  /** KV transfer that a simulated engine imitates. */
  readonly simulatedKv: {
    /** Bytes per second; undefined: the engine does not pause for the transfer. */
    readonly rate?: number | undefined;
    /** Bytes for each prompt token. */
    readonly bytesPerToken?: number | undefined;
  };
}

/** Properties of an engine that computes nothing. */
export interface Simulation<Block> {
  /** Notice for every page and report that shows its figures. */
  readonly warning: string;
  /** Rate of the KV transfer that tests without a rate of their own imitate. */
  kvTransferRate(block: Block): KvTransferRate;
}

export interface Engine<Block extends EngineBlock = EngineBlock> {
  /** Word in the suite spec and in records. */
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
   * Simulated engines: no KV bytes are sent, so nothing can prove the KV path. Absent: the engine sends its KV cache
   * through NIXL, which the NIC counters and the loaded NIXL plugins of its workers prove.
   */
  readonly simulation?: Simulation<Block>;
  /** Arguments of the command for one worker, without those that the spec adds (`extraArguments`). */
  arguments(worker: EngineWorker): string[];
  /** Environment variables of one worker; they take precedence over `dynamo.env`. */
  environment(worker: EngineWorker): Readonly<Record<string, string>>;
}

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
export interface EngineBlock {
  readonly kind: string;
  readonly extraArguments: readonly string[];
}

/** Data types of elements of a KV cache that the size of the cache follows from. `auto`: the type of the model. */
export type KvElementType = 'auto' | 'fp8' | 'bfloat16';

/** A worker that runs an engine. */
export interface EngineWorker<Block = EngineBlock> {
  readonly role: WorkerRole;
  /** The parsed block `dynamo.engine`. */
  readonly block: Block;
  readonly model: { readonly name: string; readonly path?: string | undefined };
  readonly transfer: {
    /** NIXL back end that carries the KV cache. */
    readonly backend: string;
    readonly tensorParallel: number;
    readonly tokensPerBlock: number;
    /** Whether NIXL's exporter shows its counters; undefined in inputs of earlier versions. */
    readonly nixlTelemetry?: boolean | undefined;
  };
  /** GPUs of the worker; 0: it computes on its CPUs. */
  readonly gpus: number;
  /** Tokens of the longest prompt that the load requests, without the template of a chat; undefined when unknown. */
  readonly promptTokens?: number | undefined;
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

/** What a worker counts about the KV transfers that it took part in. */
export type TransferQuantity =
  /** Completed transfers. */
  | 'transfers'
  /** Bytes of all completed transfers. */
  | 'bytes'
  /** Descriptors (contiguous pieces of memory) of all completed transfers. */
  | 'descriptors'
  /** Seconds of all completed transfers, from the call that posts one until it has ended. */
  | 'seconds'
  /** The part of `seconds` that the calls that post transfers took. */
  | 'postSeconds'
  | 'failedTransfers'
  /** Messages about a transfer that did not reach the other side. */
  | 'failedNotifications'
  /** Requests whose KV cache the prefill worker released before a decode worker had read it. */
  | 'expiredRequests';

/** Series of Prometheus text, by what they count. Values of one series with different labels are added up. */
export type CounterSeries<Quantity extends string> = Readonly<
  Partial<Record<Quantity, { readonly name: string; readonly unit?: number }>>
>;

/** An engine's record of its KV transfers: series in the Prometheus text at `/metrics` of its workers. */
export interface TransferRecord {
  /** Role of the workers that count a completed transfer. Workers of each role count failures. */
  readonly role: 'prefill' | 'decode';
  readonly series: CounterSeries<TransferQuantity>;
}

/** Port at which a worker of Dynamo shows `/metrics`, as the Dynamo operator sets it. */
export const SYSTEM_PORT = 9090;

export interface Engine<Block extends EngineBlock = EngineBlock> {
  /** Value of `kind` in suite specs and records. */
  readonly kind: Block['kind'];
  /** Name in sentences: "model m on <title>". */
  readonly title: string;
  /** Schema of the block `dynamo.engine` with this kind. */
  readonly schema: z.ZodType<Block>;
  /** Value of `backendFramework` in a DynamoGraphDeployment. */
  readonly backendFramework: 'trtllm' | 'vllm' | 'sglang';
  /** NVIDIA's image of the engine in its registry, without tag. */
  readonly runtimeImage: string;
  /** Program of a worker, without arguments. */
  readonly command: readonly string[];
  /**
   * Set for a simulated engine, which sends no KV bytes, so that the KV path cannot be proven. Absent for an engine that
   * sends its KV cache through NIXL, which the NIC counters and the loaded NIXL plug-ins of its workers prove.
   */
  readonly simulation?: Simulation<Block>;
  /** The engine's record of its KV transfers; absent when it keeps none. */
  readonly transferRecord?: TransferRecord;
  /**
   * Options of the command from which the size of a KV transfer follows, each with the field of `dynamo` that sets it. Names of
   * one option are listed separately. `extraArguments` cannot contain them, because the prediction would not follow.
   */
  readonly predictedOptions: Readonly<Record<string, string>>;
  /**
   * Options of the command that remove arguments of the suite, or have no effect beside them, each with the field of `dynamo` to use
   * instead. A name that ends with a dot means every option that starts with it. `extraArguments` cannot contain them.
   */
  readonly conflictingOptions?: Readonly<Record<string, string>>;
  /** Returns the data type of the elements of the KV cache that the block selects. */
  kvElementType(block: Block): KvElementType;
  /**
   * Returns the number of descriptors in which the engine transfers one KV block of one rank, before NIXL merges adjacent
   * ones.
   *
   * @param layers layers of the model that keep a KV cache
   */
  descriptorsPerBlock(layers: number): number;
  /** Returns the arguments of the command for one worker, without those of the spec (`extraArguments`). */
  arguments(worker: EngineWorker<Block>): string[];
  /**
   * Returns the environment variables of one worker. They take precedence over `dynamo.env`. A value can refer to
   * `$(POD_IP)`, the address of the pod.
   */
  environment(worker: EngineWorker<Block>): Readonly<Record<string, string>>;
}

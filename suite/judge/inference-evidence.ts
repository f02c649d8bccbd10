import type { LoadEnd } from '../aiperf/no-result.js';
import type { TransferRecord } from '../engines/engine.js';
import type { EventCounter } from '../fabrics/common/event-counter.js';
import type { Ceiling } from '../hardware/fabric.js';
import type { Reason } from '../verdict/verdict.js';
import type { WorkerProbe } from './worker-probe.js';

/** A worker of the deployment before or after the load. */
export interface WorkerState extends WorkerProbe {
  readonly role: string;
  readonly pod: string;
  readonly uid: string;
  readonly restarts: number;
}

/** Evidence of a load. */
export interface LoadEvidence extends LoadEnd {
  /** Log of the load pod, which contains AIPerf's exports. */
  readonly log: string;
  readonly before: readonly WorkerState[];
  readonly after: readonly WorkerState[];
}

/** Facts about the deployment that the evidence does not contain. */
export interface InferenceCircumstances {
  /** True for a simulated engine, which sends no KV bytes. */
  readonly simulated: boolean;
  /** What the first request to the deployment left unknown. */
  readonly unchecked: readonly Reason[];
  /** Devices of the workers that must carry the KV cache: `EFA devices`; absent when the workers have none. */
  readonly fabricDevices?: string | undefined;
  /** Counters of events of the fabric that explain a low figure. */
  readonly events: readonly EventCounter[];
  /** KV bytes of one prompt token; undefined when unknown. */
  readonly bytesPerToken?: number | undefined;
  /** Tokens of a KV block. An engine transfers whole blocks. */
  readonly tokensPerBlock: number;
  /** Reason why the KV bytes are unknown, with the key to set; absent when no config of the model was found. */
  readonly kvUnknown?: string | undefined;
  /** The engine's name in a sentence. */
  readonly engine: string;
  /** Role of the workers that count completed KV transfers; undefined when the engine keeps no record of them. */
  readonly recordedBy?: TransferRecord['role'] | undefined;
  /** Whether NIXL's exporter was switched on in the workers; undefined in inputs of earlier versions. */
  readonly nixlTelemetry?: boolean | undefined;
  /** Limit of the NICs of one worker in one direction; undefined when its traffic does not pass NICs of the fabric. */
  readonly ceiling?: Ceiling | undefined;
  /** NIXL back end that must carry the KV cache. */
  readonly transferBackend: string;
}

import type { LoadEnd } from '../aiperf/no-result.js';
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
  /** Devices of the workers that must carry the KV cache: `EFA devices`; absent when the workers have none. */
  readonly fabricDevices?: string | undefined;
  /** KV bytes of one prompt token; undefined when unknown. */
  readonly bytesPerToken?: number | undefined;
  /** Tokens of a KV block. An engine transfers whole blocks. */
  readonly tokensPerBlock: number;
  /** Reason why the KV bytes are unknown, with the key to set; absent when no config of the model was found. */
  readonly kvUnknown?: string | undefined;
  /** NIXL back end that must carry the KV cache. */
  readonly transferBackend: string;
}

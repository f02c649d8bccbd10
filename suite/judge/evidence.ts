import type { Fabric } from '../hardware/fabric.js';

/** Evidence of an attempt for its verdict. */

/** Evidence of one rank. */
export interface RankEvidence {
  readonly position: 'node1' | 'node2';
  /** Name of its node, where known. */
  readonly node?: string | undefined;
  readonly log: string;
  /** Exit code of the tool; undefined when the pod vanished or never ended. */
  readonly exitCode?: number | undefined;
  /** Kubernetes' reason for the end: `OOMKilled`, `Error`, `DeadlineExceeded`, … */
  readonly reason?: string | undefined;
  /** The suite stopped this rank, because its peer was gone or the time limit had passed. */
  readonly endedBySuite: boolean;
}

/** Circumstances of an attempt that its logs do not contain. */
export interface AttemptContext {
  readonly fabric: Fabric;
  readonly networkInterface: string;
  /** EFA devices given to each pod; with Ethernet the number of its interfaces. */
  readonly visibleNics: number;
  /** The time limit passed while a rank was still running. */
  readonly timedOut: boolean;
}

import type { Fabric } from '../hardware/fabric.js';

/** What an attempt left behind, as its verdict needs it. */

/** What one rank left behind. */
export interface RankEvidence {
  readonly position: 'node1' | 'node2';
  /** Name of the node that it ran on, where it is known. */
  readonly node?: string | undefined;
  readonly log: string;
  /** Exit code of the tool; undefined when the pod vanished or never ended. */
  readonly exitCode?: number | undefined;
  /** Kubernetes' reason for the end: `OOMKilled`, `Error`, `DeadlineExceeded`, … */
  readonly reason?: string | undefined;
  /** The suite ended this rank itself, because its peer was gone or the time was up. */
  readonly endedBySuite: boolean;
}

/** Circumstances of an attempt that its logs do not hold. */
export interface AttemptContext {
  readonly fabric: Fabric;
  readonly networkInterface: string;
  /** EFA devices given to each pod; with Ethernet the number of its interfaces. */
  readonly visibleNics: number;
  /** The time limit passed while a rank was still running. */
  readonly timedOut: boolean;
}

import type { Interfaces } from '../fabrics/common/fabric-kind.js';
import type { Fabric } from '../hardware/fabric.js';

/** Evidence of an attempt for its verdict. */

/** Evidence of one rank. */
export interface RankEvidence {
  readonly position: 'node1' | 'node2';
  /** Name of its node, if known. */
  readonly node?: string | undefined;
  readonly log: string;
  /** Exit code of the tool; undefined when the pod was removed or did not end. */
  readonly exitCode?: number | undefined;
  /** Kubernetes' reason for the end: `OOMKilled`, `Error`, `DeadlineExceeded`, … */
  readonly reason?: string | undefined;
  /** Time at which the container ended, ISO 8601 in whole seconds; the log may know it better. */
  readonly finishedAt?: string | undefined;
  /** Environment variables that the pod sets. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** True when the suite stopped this rank, because its peer had ended or the time limit had passed. */
  readonly endedBySuite: boolean;
}

/** Circumstances of an attempt that its logs do not contain. */
export interface AttemptContext {
  readonly fabric: Fabric;
  /** Interfaces that should carry the bytes; empty when they bypass the kernel's interfaces. */
  readonly networkInterface: Interfaces;
  /** Number of NICs of each pod; with Ethernet the number of its interfaces. */
  readonly visibleNics: number;
  /** True when the time limit passed while a rank was still running. */
  readonly timedOut: boolean;
  /** Seconds without progress after which the suite stopped both ranks; absent when it did not stop them for that. */
  readonly stalledFor?: number | undefined;
  /** True when the etcd with the messages of the ranks was lost while they ran. */
  readonly etcdLost?: boolean | undefined;
}

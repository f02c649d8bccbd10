import type { FailureClass } from '../../suite/verdict/failure.js';

/**
 * The faults that the end-to-end tests inject, with the outcome that each must have. The tests run these rows, and
 * docs/fault-matrix.md is generated from them.
 */
export interface FaultCase {
  readonly fault: string;
  /** When the fault begins, or what it hits. */
  readonly moment: string;
  /** Verdict of the cell that is hit; a verdict with a notable reason names it in brackets. */
  readonly verdict: 'pass' | 'fail';
  /** Fewest and most attempts of the cell. */
  readonly attempts: readonly [fewest: number, most: number];
  /** Seconds that the cluster may take to delete the objects of the suite; default: that of `Lab.leftovers`. */
  readonly deletionSeconds?: number;
  /** Classes that the failure of the first attempt may have, where the test asserts it. A cell that fails has it too. */
  readonly failure?: readonly FailureClass[];
}

export const INFRASTRUCTURE_FAULTS = {
  apiServerKilled: {
    fault: 'API server killed, back after 5 s',
    moment: 'ranks run',
    verdict: 'pass',
    attempts: [1, 1],
    // The garbage collector watches the API server again after up to half a minute.
    deletionSeconds: 60,
  },
  etcdDeletedBetweenTests: {
    fault: 'etcd pod deleted',
    moment: 'before nixlbench',
    verdict: 'pass',
    attempts: [1, 1],
  },
  etcdDeletedDuringTest: {
    fault: 'etcd pod deleted',
    moment: 'ranks run',
    verdict: 'pass',
    attempts: [2, 2],
    failure: ['EtcdLost'],
  },
  firstRankDeleted: { fault: 'first rank deleted', moment: 'ranks run', verdict: 'pass', attempts: [2, 2] },
  nodeKilled: { fault: 'node killed, back after 3 s', moment: 'ranks run', verdict: 'pass', attempts: [2, 2] },
  linkCut: { fault: 'link cut for 20 s', moment: 'ranks run', verdict: 'pass', attempts: [1, 2] },
  linkCutForGood: {
    fault: 'link cut for good',
    moment: 'ranks run',
    verdict: 'fail',
    attempts: [1, 1],
    failure: ['Hung', 'PodLost'],
  },
} as const satisfies Record<string, FaultCase>;

export const STORE_FAULTS = {
  readOnly: { fault: 'results folder read-only', moment: 'evidence is stored', verdict: 'pass', attempts: [1, 1] },
  full: { fault: 'results folder full', moment: 'evidence is stored', verdict: 'pass', attempts: [1, 1] },
} as const satisfies Record<string, FaultCase>;

/** The answer of the API server to every nth request. */
export interface ApiAnswer {
  readonly status: number;
  readonly reason: string;
  readonly nth: number;
  /** Methods of the requests that are counted; default: all. */
  readonly methods?: readonly string[];
}

export const API_ANSWERS: readonly ApiAnswer[] = [
  { status: 429, reason: 'TooManyRequests', nth: 3 },
  { status: 500, reason: 'InternalError', nth: 4 },
  { status: 409, reason: 'Conflict', nth: 5, methods: ['POST', 'PATCH', 'DELETE'] },
];

export const API_FAULTS = {
  slow: { fault: 'API answers after 1.5 s', moment: 'every 5th request', verdict: 'pass', attempts: [1, 1] },
} as const satisfies Record<string, FaultCase>;

/** The row of the matrix for an answer of {@link API_ANSWERS}. */
export function apiAnswerCase({ status, nth }: ApiAnswer): FaultCase {
  return {
    fault: `API answers ${status}`,
    moment: `every ${nth}${nth === 3 ? 'rd' : 'th'} request`,
    verdict: 'pass',
    attempts: [1, 1],
  };
}

export const WORKER_KILLS = 20;

export const WORKER_FAULTS = {
  workerKilled: {
    fault: `worker killed up to ${WORKER_KILLS} times`,
    moment: 'random',
    verdict: 'pass',
    attempts: [1, 1],
  },
  workerStopped: { fault: 'worker SIGTERM', moment: 'first test', verdict: 'pass', attempts: [1, 1] },
  oneOfTwoWorkersKilled: {
    fault: 'one of two workers killed',
    moment: 'first test',
    verdict: 'pass',
    attempts: [1, 1],
  },
  temporalKilled: {
    fault: 'Temporal server killed, back after 3 s',
    moment: 'first test',
    verdict: 'pass',
    attempts: [1, 1],
  },
} as const satisfies Record<string, FaultCase>;

/** A mistake in the block `dynamo`, and the failure that must name it. */
export interface DynamoMistake {
  readonly mistake: string;
  readonly dynamo: Readonly<Record<string, unknown>>;
  readonly failure: FailureClass;
  /** What the message must name. */
  readonly names: string;
}

export const DYNAMO_MISTAKES: readonly DynamoMistake[] = [
  {
    mistake: 'a Secret that does not exist',
    dynamo: { model: { tokenSecret: 'no-such-token' } },
    failure: 'PodRejected',
    names: 'no-such-token',
  },
  {
    mistake: 'an image that does not exist',
    dynamo: { image: 'localhost/no-such-dynamo:1' },
    failure: 'ImagePull',
    names: 'no-such-dynamo:1',
  },
  {
    mistake: 'more GPUs than a node has',
    dynamo: { resources: { gpu: 9 } },
    failure: 'Unschedulable',
    names: 'nvidia.com/gpu',
  },
  {
    mistake: 'a tokenizer that does not exist',
    dynamo: { load: { tokenizer: '/models/none' } },
    failure: 'TokenizerMissing',
    names: '/models/none',
  },
  {
    mistake: 'a load image that does not exist',
    dynamo: { load: { image: 'localhost/none:1' } },
    failure: 'ImagePull',
    names: 'localhost/none:1',
  },
];

import type { CellDefinition } from '../../activities/cells/cell-definition.js';
import type { CellSummary } from '../../activities/cells/cell-summary.js';
import type { Activities } from '../../activities/index.js';
import type { Judgement } from '../../suite/judge/judge.js';
import type { InferenceJudgement } from '../../suite/judge/judge-inference.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { fakeDynamo } from './fake-dynamo.js';
import { nixlbenchHelp } from './nixlbench-help.js';
import { type Reported, RunMembers } from './run-members.js';

const CEILING = { bytesPerSecond: 50e9, nics: 4, explanation: '4 × 100 Gbit/s' };

const STORE = 'a-store';

/** A judgement that passes. */
export const PASSED: Judgement = {
  verdict: 'pass',
  reasons: [{ code: 'measured', message: 'measured' }],
  rows: [],
  measurement: { metric: 'bandwidth', value: 46e9, scope: 'gpu-pair', conditions: 'c', original: '46 GB/Sec' },
  ceiling: CEILING,
  usableCeiling: CEILING,
};

/** A judgement of an attempt that could not be measured. */
export function unmeasured(failureClass: NonNullable<Judgement['failure']>['class']): Judgement {
  const failure = { class: failureClass, message: `made up: ${failureClass}`, hint: 'none' };
  return {
    verdict: 'fail',
    reasons: [{ code: 'failure', message: failure.message }],
    rows: [],
    ceiling: CEILING,
    usableCeiling: CEILING,
    failure,
  };
}

/** Activities without a cluster: every call is noted in order, and each test says what differs. */
export class FakeActivities {
  readonly calls: string[] = [];
  readonly recorded = new Map<string, CellSummary>();
  /** What was to be reported, with the cells that each run had by then. */
  readonly reports: Reported[] = [];
  readonly #members = new RunMembers();

  /** What the attempts of a test are judged as, one after the other; then `PASSED`. */
  readonly judgements: Record<string, Judgement[]> = {};
  /** What the load points are judged as, one after the other; then as passed. */
  readonly loadJudgements: InferenceJudgement[] = [];
  readonly #dynamo = fakeDynamo((call) => this.calls.push(call), this.loadJudgements, this.#members);
  /** Replaces single activities. */
  readonly overrides: Partial<Activities> = {};

  get activities(): Activities {
    const note = (call: string) => this.calls.push(call);
    const base: Activities = {
      ...this.#dynamo,
      openRun: async () => void note('openRun'),
      closeRun: async () => void note('closeRun'),
      isRunOpen: async () => true,
      sweepCluster: async () => {
        note('sweepCluster');
        return [];
      },
      provisionNodes: async () => {
        note('provisionNodes');
        return { pair: { node1: 'gpu-1', node2: 'gpu-2' } };
      },
      keepNodes: async () => void note('keepNodes'),
      claimNodes: async () => ({ held: true }),
      releaseNodes: async () => void note('releaseNodes'),
      checkNodes: async () => {
        note('checkNodes');
        return {
          kubernetesVersion: 'v1.37.2',
          nodes: [NODE('gpu-1'), NODE('gpu-2')],
          pair: { node1: 'gpu-1', node2: 'gpu-2' },
          devicePlugins: [],
          problems: [],
        };
      },
      deployEtcd: async () => {
        note('deployEtcd');
        return 'http://etcd:2379';
      },
      probeNode: async ({ node }) => {
        note(`probeNode ${node}`);
        return {
          node,
          imageId: 'sha256:1',
          efaDomains: 32,
          memlock: 'unlimited',
          versions: {},
          environment: {},
          help: { nixlbench: nixlbenchHelp() },
        };
      },
      wipeEtcd: async () => {
        note('wipeEtcd');
        return { keysDeleted: 0 };
      },
      startRank: async ({ test, position, peer }) => {
        note(`startRank ${test.name} ${position}${peer ? ` → ${peer}` : ''}`);
        return { pod: `pod-${position}`, address: '10.0.0.2', ready: true, runningFor: 0 };
      },
      watchRanks: async () => {
        note('watchRanks');
        return { timedOut: false, endedBySuite: [] };
      },
      storeEvidence: async ({ ranks }) => {
        note('storeEvidence');
        return ranks.map(({ position, pod, node }) => ({
          position,
          pod,
          node,
          image: 'i',
          imageId: 'sha256:1',
          exitCode: 0,
          endedBySuite: false,
          command: [],
          log: { path: `${position}.log`, sha256: '', bytes: 0 },
        }));
      },
      judgeAttempt: async ({ test }) => this.judgements[test.name]?.shift() ?? PASSED,
      removeRanks: async ({ pods }) => void note(`removeRanks ${pods.length}`),
      findCell: async ({ run, cell }) => {
        const found = this.recorded.get(cellName(run.workflowId, cell));
        if (!found || found.failure) return { attempts: 0 };
        this.#members.add(run, found);
        return { cell: { ...found, takenOver: true }, attempts: 1 };
      },
      recordCell: async ({ run, cell, judgement, attempts }) => {
        note(
          `recordCell ${cell.test.name} ${cell.warmUp ? 'w' : 'r'}${cell.repetition} after ${attempts.length}: ${judgement.failure?.class ?? judgement.verdict}`,
        );
        const { verdict, measurement, failure } = judgement;
        const summary: CellSummary = {
          key: `${cell.test.name} ${cell.warmUp ? 'w' : 'r'}${cell.repetition}`,
          test: cell.test.name,
          repetition: cell.repetition,
          warmUp: cell.warmUp,
          seconds: 1,
          verdict,
          takenOver: false,
          ...(measurement ? { measurement } : {}),
          ...(failure ? { failure } : {}),
        };
        this.recorded.set(cellName(run.workflowId, cell), summary);
        this.#members.add(run, summary);
        return summary;
      },
      recordStart: async (input) => {
        if ('start' in input) this.#members.start(input.run, input.start);
        return { store: STORE, times: {} };
      },
      recordEnd: async ({ run, end, start }) => {
        if (start) this.#members.start(run, start);
        const reported = this.#members.end(run, end);
        note(`recordEnd ${reported.verdict}`);
        this.reports.push(reported);
        return { suite: reported.suite, verdict: reported.verdict, reasons: reported.reasons };
      },
      writeReport: async ({ run }) => {
        note('writeReport');
        return { folder: `runs/${run.workflowId}` };
      },
      compareRun: async () => ({ change: 'unchanged', reason: 'nothing changed', regressed: [], regressions: 0 }),
      notify: async ({ notice }) => {
        note(`notify ${notice.outcome}`);
        return { sent: true };
      },
      pauseSchedule: async ({ scheduleId, note: text }) => {
        note(`pauseSchedule ${scheduleId}: ${text}`);
        return { paused: true };
      },
    };
    return { ...base, ...this.overrides };
  }
}

function cellName(workflowId: string, { test, repetition, warmUp }: CellDefinition): string {
  return `${workflowId} ${test.name} ${warmUp ? 'w' : 'r'}${repetition}`;
}

/** An activity that fails with a class. */
export function failing(failureClass: ConstructorParameters<typeof SuiteFailure>[0], message: string) {
  return async (): Promise<never> => {
    throw new SuiteFailure(failureClass, message);
  };
}

const NODE = (name: string) => ({
  name,
  instanceType: 'p5.48xlarge',
  zone: 'z',
  kubeletVersion: 'v',
  osImage: 'o',
  kernelVersion: 'k',
  allocatable: {},
  free: {},
});

import { activityInfo, sleep } from '@temporalio/activity';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { pauseSignal, resolveTestUpdate, resumeSignal, skipTestUpdate } from '../../workflows/common/messages.js';
import { FakeActivities, PASSED, unmeasured } from './fake-activities.js';
import { type Run, until } from './suite-run.js';

/** A run whose histories are kept for replay. */
export interface HistoryCase {
  readonly spec: unknown;
  readonly fake: FakeActivities;
  readonly during?: (run: Run) => Promise<void>;
  /** A sweep runs as well, with the same activities. */
  readonly sweep?: true;
  /** The server suggests to continue as new after every cell. */
  readonly continuesSoon?: true;
}

const UCX = { name: 'ucx', tool: 'ucx-perftest', memory: 'host' };
const LF = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };

/** The start delay is long enough for a timer in the history. */
function suite(tests: readonly object[], fields: object = {}): object {
  return { name: 'recorded', startDelay: { min: '20ms', max: '20ms' }, onFailure: 'continue', ...fields, tests };
}

/** By the name of their files. */
export const HISTORY_CASES: Readonly<Record<string, () => HistoryCase>> = {
  success: () => ({ spec: suite([UCX, LF]), fake: new FakeActivities(), sweep: true }),

  'activity-retry': () => {
    const fake = new FakeActivities();
    const { wipeEtcd, sweepCluster } = fake.activities;
    fake.overrides.sweepCluster = atTheSecondTry(sweepCluster);
    fake.overrides.wipeEtcd = atTheSecondTry(wipeEtcd);
    return { spec: suite([LF]), fake, sweep: true };
  },

  'rendezvous-retry': () => ({
    spec: suite([LF]),
    fake: judging(unmeasured('RendezvousTimeout')),
  }),

  'wait-for-nodes': () => ({
    spec: suite([LF], { timeouts: { podStart: '2s' } }),
    fake: withEndingPod(1),
  }),

  'park-and-resolve': () => ({
    spec: suite([LF], { onFailure: 'park' }),
    fake: judging(unmeasured('BackendUnavailable')),
    during: async ({ handle }) => {
      await until(handle, ({ tests }) => tests.some(({ status }) => status === 'parked'));
      await handle.executeUpdate(resolveTestUpdate, { args: [{ test: 'lf', action: 'retry' }] });
    },
  }),

  'pause-and-resume': () => {
    const { fake, begun, release } = held();
    return {
      spec: suite([{ ...LF, repetitions: 2 }]),
      fake,
      during: async ({ handle }) => {
        await begun;
        await handle.signal(pauseSignal);
        release();
        await until(handle, ({ step, paused }) => paused && step === 'lf: paused');
        await handle.signal(resumeSignal);
      },
    };
  },

  skip: () => {
    const { fake, begun, release } = held();
    return {
      spec: suite([UCX, LF]),
      fake,
      during: async ({ handle }) => {
        await begun;
        await handle.executeUpdate(skipTestUpdate, { args: ['lf'] });
        release();
      },
    };
  },

  cancel: () => {
    const fake = new FakeActivities();
    const begun = Promise.withResolvers<void>();
    fake.overrides.watchRanks = async () => {
      begun.resolve();
      await sleep('1 minute');
      return { timedOut: false, endedBySuite: [] };
    };
    return {
      spec: suite([LF]),
      fake,
      during: async ({ handle }) => {
        await begun.promise;
        await handle.cancel();
      },
    };
  },

  'continue-as-new': () => ({
    spec: suite([{ ...LF, repetitions: 2 }]),
    fake: new FakeActivities(),
    continuesSoon: true,
  }),

  provision: () => {
    const fake = new FakeActivities();
    const { provisionNodes } = fake.activities;
    let tries = 0;
    fake.overrides.provisionNodes = async (input) =>
      ++tries === 1 ? { waiting: 'pod a: Nominated: nodeclaim/x' } : provisionNodes(input);
    return { spec: suite([LF], { nodes: { provision: true } }), fake };
  },

  'interleaved-adaptive': () => ({
    spec: suite([{ ...LF, warmupCells: 1, adaptive: {} }, UCX], { interleave: true }),
    fake: withRecordedCells(),
  }),

  inference: () => ({ spec: suite([UCX], { dynamo: dynamo('operator') }), fake: new FakeActivities() }),

  'inference-park-and-resolve': () => {
    const fake = new FakeActivities();
    const { removeDynamo } = fake.activities;
    let tries = 0;
    fake.overrides.removeDynamo = async (input) => {
      if (++tries === 1) throw new SuiteFailure('DeploymentStuck', 'waits for a finalizer');
      return removeDynamo(input);
    };
    const failure = { class: 'FrontendUnreachable', message: 'made up', hint: 'none' } as const;
    fake.loadJudgements.push({ verdict: 'fail', reasons: [], failure });
    return {
      spec: suite([UCX], { dynamo: dynamo('manifests'), onFailure: 'park' }),
      fake,
      during: async ({ handle }) => {
        await until(handle, ({ tests }) => tests.some(({ status }) => status === 'parked'));
        await handle.executeUpdate(resolveTestUpdate, { args: [{ test: 'load', action: 'retry' }] });
      },
    };
  },

  'inference-cancel': () => {
    const fake = new FakeActivities();
    const begun = Promise.withResolvers<void>();
    const { runLoad } = fake.activities;
    fake.overrides.runLoad = async (input) => {
      if (input.point.concurrency === 1) return runLoad(input);
      begun.resolve();
      await sleep('1 minute');
      return runLoad(input);
    };
    return {
      spec: suite([UCX], { dynamo: dynamo('manifests') }),
      fake,
      during: async ({ handle }) => {
        await begun.promise;
        await handle.cancel();
      },
    };
  },
};

function dynamo(kind: 'operator' | 'manifests'): object {
  const tests = [{ name: 'load', tool: 'inference', concurrency: [1, 4] }];
  return { kind, model: { name: 'm' }, engine: { kind: 'mocker', kvTransferRate: '1GB/s' }, tests };
}

function judging(...judgements: FakeActivities['judgements'][string]): FakeActivities {
  const fake = new FakeActivities();
  fake.judgements.lf = judgements;
  return fake;
}

/** The first try fails as it does while the API server restarts. */
function atTheSecondTry<I, O>(activity: (input: I) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    if (activityInfo().attempt === 1) throw new SuiteFailure('ApiUnavailable', 'the API server answered 503');
    return activity(input);
  };
}

/** A pod that has been asked to end holds the devices of a node at the first checks. */
export function withEndingPod(checks: number): FakeActivities {
  const fake = new FakeActivities();
  const { checkNodes } = fake.activities;
  let check = 0;
  fake.overrides.checkNodes = async (input) => {
    const { pair, ...found } = await checkNodes(input);
    if (check++ >= checks) return { ...found, ...(pair ? { pair } : {}) };
    const problem = { subject: 'node gpu-1', message: 'has 0 of 8 nvidia.com/gpu free', hint: 'Find the pods' };
    return { ...found, nodes: [], problems: [problem], waitFor: ['pod a/b on node gpu-1 ends'] };
  };
  return fake;
}

/** Its ranks run until they are released. */
function held(): { fake: FakeActivities; begun: Promise<void>; release: () => void } {
  const fake = new FakeActivities();
  const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  fake.overrides.watchRanks = async () => {
    begun.resolve();
    await released.promise;
    return { timedOut: false, endedBySuite: [] };
  };
  return { fake, begun: begun.promise, release: released.resolve };
}

/** All but the first repetitions are taken over, which keeps the history short. */
function withRecordedCells(): FakeActivities {
  const fake = new FakeActivities();
  fake.overrides.findCell = async ({ cell: { test, repetition, warmUp } }) => {
    if (repetition === 1) return { attempts: 0 };
    const key = `${test.name} ${repetition}`;
    const measurement = { metric: 'bandwidth', value: 46e9 } as const;
    const recorded = { key, test: test.name, repetition, warmUp, seconds: 60, verdict: PASSED.verdict, measurement };
    return { attempts: 1, cell: { ...recorded, takenOver: true } };
  };
  return fake;
}

import { setHandler } from '@temporalio/workflow';
import {
  pauseSignal,
  progressQuery,
  resolveTestUpdate,
  resumeSignal,
  skipTestUpdate,
  testReportSignal,
} from '../common/messages.js';
import { checkResolution, checkSkip } from './resolutions.js';
import type { RunningSuite } from './running-suite.js';
import { signalPause } from './start-test.js';

/** Handles the queries, signals and updates of a running suite. */
export function handleMessages(suite: RunningSuite): void {
  const { state } = suite;
  setHandler(progressQuery, () => state.progress(), {
    description: 'phase, current step and state of every test',
  });
  setHandler(testReportSignal, (report) => state.testReport(report));
  setHandler(pauseSignal, () => pause(suite, true), { description: 'start no further cell; release the nodes' });
  setHandler(resumeSignal, () => pause(suite, false), { description: 'continue after a pause' });
  setHandler(
    resolveTestUpdate,
    ({ test, action }) => {
      const parked = state.named(test);
      if (parked) parked.resolution = action;
      return `${test}: ${action}`;
    },
    {
      validator: (resolution) => checkResolution(state, resolution),
      description: 'retry, skip or abort a parked test: {"test": "…", "action": "retry"}',
    },
  );
  setHandler(
    skipTestUpdate,
    (test) => {
      const waiting = state.named(test);
      if (waiting) Object.assign(waiting, { status: 'done', verdict: 'skipped' });
      state.publishDetails();
      return `${test}: will not run`;
    },
    { validator: (test) => checkSkip(state, test), description: 'skip a test that has not started: "name"' },
  );
}

async function pause(suite: RunningSuite, paused: boolean): Promise<void> {
  suite.state.paused = paused;
  suite.state.publishDetails();
  await signalPause(suite);
}

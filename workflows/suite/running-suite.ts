import type { Run } from '../../suite/run/run.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import type { pauseSignal, resumeSignal } from '../shared/messages.js';
import type { SuiteState } from './suite-state.js';

/** What the phases of a suite share while it runs. */
export interface RunningSuite {
  readonly spec: SuiteSpec;
  readonly run: Run;
  readonly state: SuiteState;
  /** The workflow that measures now: it is told of a pause and its end. */
  child: { signal(definition: typeof pauseSignal | typeof resumeSignal): Promise<void> } | undefined;
}

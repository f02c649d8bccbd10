import type { Run } from '../../suite/run/run.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import type { pauseSignal, resumeSignal } from '../common/messages.js';
import type { SuiteState } from './suite-state.js';

/** State that the phases of a running suite share. */
export interface RunningSuite {
  readonly spec: SuiteSpec;
  readonly run: Run;
  readonly state: SuiteState;
  /** Workflow of the running test. It receives the pause and resume signals. */
  child: { signal(definition: typeof pauseSignal | typeof resumeSignal): Promise<void> } | undefined;
}

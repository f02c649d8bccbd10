import type { Run } from '../../suite/run/run.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import type { pauseSignal, resumeSignal } from '../common/messages.js';
import type { SuiteState } from './suite-state.js';

/** State that the phases of a running suite share. */
export interface RunningSuite {
  readonly spec: SuiteSpec;
  readonly run: Run;
  readonly state: SuiteState;
  /** The workflow that measures now; it receives the signals of a pause and its end. */
  child: { signal(definition: typeof pauseSignal | typeof resumeSignal): Promise<void> } | undefined;
}

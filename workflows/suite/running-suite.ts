import type { Run } from '../../suite/run/run.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import type { pauseSignal, resumeSignal } from '../common/messages.js';
import type { SuiteState } from './suite-state.js';

/** Child workflow of a running test. */
export interface TestHandle {
  signal(definition: typeof pauseSignal | typeof resumeSignal): Promise<void>;
}

/** State that the phases of a running suite share. */
export interface RunningSuite {
  readonly spec: SuiteSpec;
  /** Changes once, when the run is bound to the result store. */
  run: Run;
  readonly state: SuiteState;
  /** Result of `isBounded`. */
  readonly isBounded: boolean;
  /** Workflow of the running test. It receives the pause and resume signals. */
  child: TestHandle | undefined;
}

/** What a phase left: its end, or the wish to run the rest in a new workflow run with a short history. */
export type PhaseEnd = 'continue' | 'abort' | 'new-run';

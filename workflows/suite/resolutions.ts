import { didYouMean } from '../../suite/schema/schema.js';
import { RESOLUTIONS, type Resolution } from '../common/messages.js';
import type { SuiteState } from './suite-state.js';

/** Validators of the updates. The user of the command sees their error messages. */

/** Only a parked test can be resolved. */
export function checkResolution(state: SuiteState, resolution: Resolution): void {
  const { test, action } = resolution ?? {};
  if (typeof test !== 'string') throw new Error('write {"test": "NAME", "action": "retry"}');
  if (!RESOLUTIONS.includes(action)) {
    throw new Error(`unknown action ${JSON.stringify(action)}${didYouMean(String(action), RESOLUTIONS)}`);
  }
  if (state.named(test)?.status !== 'parked')
    throw new Error(`${problemOf(state, test)}; parked: ${state.names('parked')}`);
}

/** Only a test that has not started can be left out. */
export function checkSkip(state: SuiteState, test: string): void {
  if (typeof test !== 'string') throw new Error('write the name of the test: \'"NAME"\'');
  if (state.named(test)?.status !== 'waiting')
    throw new Error(`${problemOf(state, test)}; waiting: ${state.names('waiting')}`);
}

function problemOf(state: SuiteState, name: string): string {
  const found = state.named(name);
  if (found) return `test "${name}" is ${found.status}`;
  const known = state.tests.map(({ test }) => test.name);
  return `there is no test "${name}"${didYouMean(name, known)}`;
}

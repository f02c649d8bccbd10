import { didYouMean } from '../../suite/schema/schema.js';
import { RESOLUTIONS, type Resolution } from '../common/messages.js';
import type { SuiteState } from './suite-state.js';

/** Validators of the updates. Users see their error messages. */

/** Validates a resolution. @throws {Error} when it is not well-formed, or its test is not parked */
export function checkResolution(state: SuiteState, resolution: Resolution): void {
  const { test, action } = resolution ?? {};
  if (typeof test !== 'string') throw new Error('invalid resolution; write {"test": "NAME", "action": "retry"}');
  if (!RESOLUTIONS.includes(action)) {
    throw new Error(`unknown action ${JSON.stringify(action)}${didYouMean(String(action), RESOLUTIONS)}`);
  }
  if (state.named(test)?.status !== 'parked')
    throw new Error(`${problemOf(state, test, 'parked')} (parked: ${state.names('parked')})`);
}

/** Validates the request to skip a test. @throws {Error} when the test does not exist, or has started */
export function checkSkip(state: SuiteState, test: string): void {
  if (typeof test !== 'string') throw new Error('invalid name of a test; write it as a JSON string: \'"NAME"\'');
  if (state.named(test)?.status !== 'waiting')
    throw new Error(`${problemOf(state, test, 'waiting')} (waiting: ${state.names('waiting')})`);
}

function problemOf(state: SuiteState, name: string, wanted: 'parked' | 'waiting'): string {
  const found = state.named(name);
  if (found) return `test "${name}" is ${found.status}, not ${wanted}`;
  const known = state.tests.map(({ test }) => test.name);
  return `test "${name}" does not exist${didYouMean(name, known)}`;
}

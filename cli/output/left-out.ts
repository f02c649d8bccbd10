import type { SuiteFailure } from '../../suite/verdict/failure.js';
import { complain } from './say.js';

/** Warns on standard error of a run, or of a text of it, that a command leaves out because it cannot be read. */
export function warnOfLeftOut({ message, hint }: SuiteFailure): void {
  complain(`warning: Left out: ${message}\n  → ${hint}`);
}

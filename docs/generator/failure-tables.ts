import type { Retry } from '../../suite/verdict/classes/failure-kind.js';
import { FAILURES, type FailureClass } from '../../suite/verdict/failure.js';
import { code, heading, sentence, table } from './markdown.js';

const KINDS: readonly { readonly retry: Retry; readonly title: string; readonly text: string }[] = [
  {
    retry: 'infrastructure',
    title: 'Retried until `timeouts.retry`',
    text: 'The suite retries the same step with increasing pauses. These retries do not count as attempts of the test.',
  },
  {
    retry: 'rendezvous',
    title: 'Retried as a new attempt',
    text: 'The suite starts both ranks again under a new group, or measures the load point again, up to `maxAttempts` times. It never restarts one rank alone.',
  },
  {
    retry: 'never',
    title: 'Not retried',
    text: 'The same input gives the same failure. Apply the remedy, then resume the test.',
  },
];

/** Writes one table for each kind of retry, with the failure classes and their remedies. */
export function failureTables(): string {
  const classes = Object.keys(FAILURES) as FailureClass[];
  return KINDS.map(({ retry, title, text }) => {
    const rows = classes
      .filter((name) => FAILURES[name].retry === retry)
      .map((name) => [code(name), sentence(FAILURES[name].hint)]);
    return [heading(2, title), text, table(['Class', 'Remedy'], rows)].join('\n\n');
  }).join('\n\n');
}

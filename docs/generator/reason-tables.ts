import { REASONS } from '../../suite/verdict/reasons.js';
import { code, heading, table } from './markdown.js';

const SCOPES = [
  { of: 'cell', title: 'Any cell' },
  { of: 'transport', title: 'Cells of transport tests' },
  { of: 'inference', title: 'Load points' },
  { of: 'suite', title: 'Tests and suite runs' },
] as const;

/** Writes one table for each scope, with the reason codes and their effect on the verdict. */
export function reasonTables(): string {
  return SCOPES.map(({ of, title }) => {
    const rows = Object.entries(REASONS)
      .filter(([, reason]) => reason.of === of)
      .map(([name, { effect, meaning }]) => [code(name), effect === 'note' ? '–' : effect, meaning]);
    return [heading(3, title), table(['Code', 'Verdict', 'Meaning'], rows)].join('\n\n');
  }).join('\n\n');
}

import { parseArgs } from 'node:util';
import { mutationCases, otherFigure } from '../support/mutation-cases.js';
import { damage, randomOf } from '../support/mutations.js';

/**
 * Damages recorded logs of all tools and looks for a figure that the undamaged log does not have. Ends with code 1 when there
 * is one, or when a log took more than a second of the processor. What counts as damage: test/support/mutations.ts.
 *
 * `node dist/test/bench/mutations.js [--count 1000000] [--seed 1]`
 */

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const SLOW_MS = 1000;
const MOST_EXAMPLES = 20;

interface Tally {
  damaged: number;
  refused: number;
  same: number;
  other: number;
  slow: number;
  slowest: number;
}

const cases = mutationCases().map((one) => ({ ...one, original: one.judge(one.log) }));
for (const { tool, name, original } of cases) {
  if (!original) throw new Error(`${tool}, ${name}: the undamaged log has no figure`);
}
const tallies = new Map<string, Tally>();
const examples: string[] = [];
const seed = Number(values.seed);
for (let round = 0; round < Number(values.count); round++) {
  const one = cases[round % cases.length];
  if (!one) break;
  const random = randomOf(seed * 0x9e3779b1 + round);
  const { log, kinds } = damage(one.log, one.others, random);
  const tally = tallies.get(one.tool) ?? { damaged: 0, refused: 0, same: 0, other: 0, slow: 0, slowest: 0 };
  tallies.set(one.tool, tally);
  const started = process.cpuUsage();
  const found = one.judge(log);
  const { user, system } = process.cpuUsage(started);
  const took = (user + system) / 1000;
  const other = otherFigure(one.original, found, one.tolerance);
  tally.damaged += 1;
  tally.slowest = Math.max(tally.slowest, took);
  if (took > SLOW_MS) tally.slow += 1;
  if (!found) tally.refused += 1;
  else if (other === undefined) tally.same += 1;
  else {
    tally.other += 1;
    if (examples.length < MOST_EXAMPLES)
      examples.push(`${one.tool}, ${one.name}, round ${round}: ${kinds.join(', ')}: ${other}`);
  }
}

const columns = ['tool', 'damaged', 'refused', 'same figures', 'other figures', 'over 1 s', 'slowest ms'];
console.log(columns.map((column) => column.padStart(14)).join(''));
for (const [tool, { damaged, refused, same, other, slow, slowest }] of tallies) {
  const cells = [tool, damaged, refused, same, other, slow, slowest.toFixed(0)];
  console.log(cells.map((cell) => String(cell).padStart(14)).join(''));
}
const all = [...tallies.values()];
const wrong = all.reduce((sum, { other, slow }) => sum + other + slow, 0);
console.log(
  `\n${values.count} damaged logs, seed ${values.seed}: ${all.reduce((sum, { other }) => sum + other, 0)} accepted with other figures`,
);
for (const example of examples) console.log(`  ${example}`);
process.exitCode = wrong > 0 ? 1 : 0;

import { mersenne } from 'pure-rand/generator/mersenne';
import { instanceFabric } from '../../suite/hardware/instances/catalogue.js';
import { type AttemptContext, judgeTransport } from '../../suite/judge/judge.js';
import { BlockPlan } from '../../suite/plan/block-plan.js';
import { forecastOf } from '../../suite/plan/forecast.js';
import { blocksOf } from '../../suite/plan/plan.js';
import { parseSpec } from '../../suite/spec/spec.js';
import { readRankLog } from '../../suite/tools/common/log-lines.js';
import { classifyOutput } from '../../suite/tools/common/messages.js';
import { nixlbenchIdentity } from '../../suite/tools/nixlbench/identity.js';
import { parseNixlbenchTable } from '../../suite/tools/nixlbench/parse.js';
import type { NixlbenchSpec } from '../../suite/tools/nixlbench/spec.js';
import { nixlbench } from '../../suite/tools/nixlbench/tool.js';
import { parseUcxOutput } from '../../suite/tools/ucx-perftest/parse.js';
import { ucxPerftest } from '../../suite/tools/ucx-perftest/tool.js';
import { framed, nixlbenchLog } from '../support/evidence.js';
import { nixlbenchTable, ucxTable } from '../support/tables.js';

/**
 * What the figures cost: throughput of the parsers on clean and on garbage input, time of plans, peak memory.
 * `node dist/test/bench/numbers.js`
 */

const MEGABYTES = 16;
const ROUNDS = 3;

const random = mersenne(1);
const draw = (below: number) => (random.next() >>> 0) % below;

function grown(line: () => string): string {
  const lines: string[] = [];
  for (let size = 0; size < MEGABYTES * 1e6; ) {
    const next = line();
    lines.push(next);
    size += next.length + 1;
  }
  return lines.join('\n');
}

function text(length: number, alphabet: string): string {
  return Array.from({ length }, () => alphabet[draw(alphabet.length)]).join('');
}

const [HEADER = '', , ROW = ''] = nixlbenchTable(10, [
  { blockSize: 67108864, batchSize: 1, bandwidth: '46.948036', latency: '1429.4' },
]);
const CSV = ucxTable('csv', { size: 65536, latency: 26.884, bandwidth: 2324.82 });
const FINAL = ucxTable('final', { size: 65536, latency: 26.884, bandwidth: 2324.82 });
const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');
const pool = (alphabet: string, longest: number) => Array.from({ length: 500 }, () => text(draw(longest), alphabet));
const [noise, digits] = [pool(PRINTABLE, 300), pool('0123456789. ', 300)];
const from = (lines: readonly string[]) => () => lines[draw(lines.length)] ?? '';

const INPUTS: Readonly<Record<string, () => string>> = {
  'clean, nixlbench table': () => `${HEADER}\n${grown(() => ROW)}`,
  'clean, ucx_perftest CSV': () => `${CSV[0]}\n${grown(() => CSV[1] ?? '')}`,
  'clean, ucx_perftest table': () => grown(() => FINAL.at(-1) ?? ''),
  'garbage, printable': () => `${HEADER}\n${grown(from(noise))}`,
  'garbage, digits and blanks': () => `${HEADER}\n${grown(from(digits))}`,
  'garbage, digits behind a CSV header': () =>
    `${CSV[0]}\n${grown(from(digits.map((line) => line.replaceAll(' ', ','))))}`,
  'garbage, one line': () => text(1e6, PRINTABLE).repeat(MEGABYTES),
  'garbage, one line of digits': () => '0'.repeat(MEGABYTES * 1e6),
  'garbage, broken frames': () => grown(() => `@@dynamo-bench {"event":"counters","when":${draw(9)}}`),
};

const test = parseSpec({ name: 'bench', tests: [{ name: 'n', tool: 'nixlbench', backend: 'LIBFABRIC' }] })
  .tests[0] as NixlbenchSpec;
const P5 = instanceFabric('p5.48xlarge');
if (!P5) throw new Error('the catalogue has no P5');
const context: AttemptContext = { fabric: P5, networkInterface: '', visibleNics: 32, timedOut: false };
const target = { position: 'node1', log: framed(nixlbenchLog(test, 1, 40)), exitCode: 0, endedBySuite: false } as const;

/** A parser and what it is given: lines where the log was taken apart before. */
const PARSERS: Readonly<Record<string, (log: string, lines: readonly string[]) => unknown>> = {
  'log taken apart': (log) => readRankLog(log),
  'nixlbench table': (_, lines) => parseNixlbenchTable(lines),
  'nixlbench rank': (_, lines) => nixlbenchIdentity(lines),
  ucx_perftest: (_, lines) => parseUcxOutput(lines, false, 8),
  'messages, nixlbench': (_, lines) => classifyOutput(nixlbench, lines),
  'messages, ucx_perftest': (_, lines) => classifyOutput(ucxPerftest, lines),
  'whole verdict': (log) =>
    judgeTransport(test, [{ position: 'node2', log, exitCode: 0, endedBySuite: false }, target], context),
};

function bestSeconds(work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    work();
    best = Math.min(best, (performance.now() - started) / 1000);
  }
  return best;
}

function printParsers(): void {
  console.log(`parsers, MB/s of ${MEGABYTES} MB, best of ${ROUNDS}\n`);
  console.log(['input'.padEnd(36), ...Object.keys(PARSERS)].join('  '));
  let slowest = Number.POSITIVE_INFINITY;
  for (const [name, input] of Object.entries(INPUTS)) {
    const log = input();
    const lines = log.split('\n');
    const rates = Object.entries(PARSERS).map(([parser, parse]) => {
      const rate = log.length / 1e6 / bestSeconds(() => parse(log, lines));
      slowest = Math.min(slowest, rate);
      return rate.toFixed(0).padStart(parser.length);
    });
    console.log([name.padEnd(36), ...rates].join('  '));
  }
  console.log(`\nslowest parser on any input: ${slowest.toFixed(0)} MB/s`);
}

/** `cells` cells: 100 variants with all their repetitions. */
function planSpec(cells: number, fields: object = {}, testFields: object = {}): unknown {
  const matrix = { numIter: Array.from({ length: 100 }, (_, i) => i + 1) };
  const lf = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC', repetitions: cells / 100, matrix, ...testFields };
  return { name: 'bench', ...fields, tests: [lf] };
}

/** Every cell of the plan, one question after the other, as the workflow asks them. */
function walk(spec: unknown): { cells: number; slowestMilliseconds: number } {
  let cells = 0;
  let slowest = 0;
  for (const block of blocksOf(parseSpec(spec))) {
    const plan = new BlockPlan(block);
    for (;;) {
      const started = performance.now();
      const cell = plan.next();
      slowest = Math.max(slowest, performance.now() - started);
      if (!cell) break;
      cells++;
      const value = 100 + (draw(1000) - 500) / 10;
      plan.add({ test: cell.test.name, warmUp: cell.warmUp, value, seconds: 60, final: false });
    }
  }
  return { cells, slowestMilliseconds: slowest };
}

function printPlans(): void {
  console.log('plans');
  for (const cells of [1000, 10_000]) {
    const adaptive = { adaptive: { maxRepetitions: cells / 100, timeBudget: '1000h' }, repetitions: 10 };
    const forecast = bestSeconds(() => forecastOf(parseSpec(planSpec(cells))));
    console.log(`${String(cells).padStart(6)} cells, forecast${' '.repeat(20)} ${forecast.toFixed(2)} s`);
    for (const [how, spec] of [
      ['one after the other', planSpec(cells)],
      ['interleaved', planSpec(cells, { interleave: true })],
      ['interleaved, adaptive', planSpec(cells, { interleave: true }, adaptive)],
    ] as const) {
      const started = performance.now();
      const { cells: walked, slowestMilliseconds } = walk(spec);
      const seconds = (performance.now() - started) / 1000;
      console.log(
        `${String(walked).padStart(6)} cells, ${how.padEnd(28)} ${seconds.toFixed(2)} s, slowest step ${slowestMilliseconds.toFixed(1)} ms`,
      );
    }
  }
}

const peakMemory = () => `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`;

printPlans();
console.log(`peak memory with plans ${peakMemory()}\n`);
printParsers();
console.log(`peak memory with ${MEGABYTES} MB of input, and its lines, in memory ${peakMemory()}`);

import assert from 'node:assert/strict';
import { instanceFabric } from '../../../../suite/hardware/instances/catalogue.js';
import { judgeTransport } from '../../../../suite/judge/judge.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import { readRankLog } from '../../../../suite/tools/common/log-lines.js';
import type { NixlbenchSpec } from '../../../../suite/tools/nixlbench/spec.js';
import { INVALIDATING_REASONS } from '../../../../suite/verdict/reasons.js';
import { counters, nixlbenchLog, rank } from '../../../support/evidence.js';

const CUT = '@@dynamo-bench {"event":"cut","first":4194304,"last":8388608}';
const test = parseSpec({ name: 'x', tests: [{ name: 'n', tool: 'nixlbench', backend: 'LIBFABRIC' }] })
  .tests[0] as NixlbenchSpec;

function judged(extra: string) {
  const fabric = instanceFabric('p5.48xlarge');
  assert.ok(fabric);
  const log = (index: 0 | 1) => counters('infiniband/rdmap79s0', 'tx_bytes', 1e15, nixlbenchLog(test, index, 5));
  return judgeTransport(test, [rank('node2', log(0)), rank('node1', `${extra}\n${log(1)}`)], {
    fabric,
    networkInterface: '',
    visibleNics: 32,
    timedOut: false,
  });
}

describe('a log of which a part is missing', () => {
  it('never gives a valid figure, and the reason names the rank', () => {
    const whole = judged('');
    assert.equal(whole.verdict, 'pass', JSON.stringify(whole.reasons));
    assert.equal(
      whole.reasons.some(({ code }) => code === 'log-cut'),
      false,
    );
    const { verdict, reasons, measurement } = judged(CUT);
    assert.ok(measurement);
    assert.equal(verdict, 'inconclusive');
    const reason = reasons.find(({ code }) => code === 'log-cut');
    assert.equal(
      reason?.message,
      'the log of the rank on node1 is longer than the limit: only its first 4 MiB and its last 8 MiB were kept',
    );
    assert.ok(INVALIDATING_REASONS.has('log-cut'));
  });

  it('is one with more lines than are kept, too', () => {
    const { reasons } = judged(Array.from({ length: 250_000 }, (_, i) => `line ${i}`).join('\n'));
    assert.match(
      reasons.find(({ code }) => code === 'log-cut')?.message ?? '',
      /\d+ lines in the middle were not read$/,
    );
  });
});

describe('the lines of a log', () => {
  it('are at most three of equal ones in a row', () => {
    const { toolLines, skippedLines } = readRankLog(`a\n${'\n'.repeat(1_000_000)}b\nb\nb\nb\nc`);
    assert.deepEqual(toolLines, ['a', '', '', '', 'b', 'b', 'b', 'c']);
    assert.equal(skippedLines, undefined);
  });

  it('are the first and the last ones of very many, in their order', () => {
    const { toolLines, timeline, skippedLines } = readRankLog(
      Array.from({ length: 300_000 }, (_, i) => `${i}`).join('\n'),
    );
    assert.equal(skippedLines, 100_000);
    assert.deepEqual(
      timeline.map(({ text }) => text),
      toolLines,
    );
    assert.deepEqual(
      [toolLines.length, toolLines[0], toolLines[49_999], toolLines[50_000], toolLines.at(-1)],
      [200_000, '0', '49999', '150000', '299999'],
    );
  });

  it('of each process stay apart', () => {
    const frame = (index: number) => `@@dynamo-bench {"event":"process","index":${index}}`;
    const { processes, toolLines } = readRankLog(
      ['t', frame(0), 'x', frame(1), 'x', '@@dynamo-bench {"event":"end","exitCode":0}', 'u'].join('\n'),
    );
    assert.deepEqual(
      [...processes],
      [
        [0, ['x']],
        [1, ['x']],
      ],
    );
    assert.deepEqual(toolLines, ['t', 'u']);
  });
});

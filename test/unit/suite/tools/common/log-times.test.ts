import assert from 'node:assert/strict';
import { readRankLog } from '../../../../../suite/tools/common/log-lines.js';

const at = (second: number) => `2026-01-05T02:30:0${second}.123456789Z`;

describe('times in a rank’s log', () => {
  it('leave the lines and frames as the rank printed them', () => {
    const lines = [
      '@@dynamo-bench {"event":"begin"}',
      'row',
      '',
      '@@dynamo-bench {"event":"libraries","files":["/lib/libucp.so.0"]}',
      '@@dynamo-bench {"event":"end","exitCode":0}',
    ];
    const plain = readRankLog(lines.join('\n'));
    const timed = readRankLog(lines.map((line, i) => `${at(i)} ${line}`).join('\n'));
    assert.deepEqual(timed.toolLines, plain.toolLines);
    assert.deepEqual(timed.libraries, ['/lib/libucp.so.0']);
    assert.equal(timed.complete, true);
    assert.equal(timed.timeline[0]?.at, Date.parse('2026-01-05T02:30:01.123Z') / 1000);
    assert.equal(timed.endedAt, Date.parse('2026-01-05T02:30:04.123Z') / 1000);
  });

  it('are removed from the middle of a line that the container runtime has split', () => {
    const part = 'x'.repeat(16_384);
    const log = readRankLog(`${at(0)} ${part}${at(0)} y ${at(1)} end\n${at(2)} a short ${at(1)} line`);
    assert.deepEqual(log.toolLines, [`${part}y end`, `a short ${at(1)} line`]);
  });
});

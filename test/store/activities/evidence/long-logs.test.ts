import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { LogProcessResult } from '../../../support/log-process.js';

const PROGRAM = fileURLToPath(new URL('../../../support/log-process.js', import.meta.url));
const MB = 1e6;

/** Memory beside that of a small log: of two ranks together, and with the garbage that is not collected yet. */
const MOST_MEGABYTES = 250;

/** Stores and judges the logs of two ranks, each with a number of equal lines, in a separate process. */
async function measure(line: string, times: number): Promise<LogProcessResult> {
  const { stdout } = await execa(process.execPath, [PROGRAM, JSON.stringify(line), String(times)]);
  return JSON.parse(stdout) as LogProcessResult;
}

describe('the logs of two ranks that print very much', function () {
  this.timeout(300_000);

  it('take little memory and leave the event loop free when they are 10 MB of line breaks', async () => {
    const { megabytes, busy, verdict, failure, cut } = await measure('', 10 * MB);
    assert.deepEqual({ verdict, failure, cut }, { verdict: 'fail', failure: 'Incomplete', cut: true });
    assert.ok(megabytes < MOST_MEGABYTES, `${megabytes} MB`);
    assert.ok(busy < 0.9, `the event loop was busy for ${busy} of the time`);
  });

  it('take no more memory when they have 300 MB', async () => {
    const line = 'a line of a library with about a hundred characters, as a debug log has millions of them: 0x7f';
    const { megabytes, stored, cut, failure } = await measure(line, Math.ceil((300 * MB) / 126));
    assert.deepEqual({ cut, failure }, { cut: true, failure: 'Incomplete' });
    assert.ok(stored < 2 * 13 * MB, `${stored} bytes stored`);
    assert.ok(megabytes < MOST_MEGABYTES, `${megabytes} MB`);
  });
});

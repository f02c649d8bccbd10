import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { LogProcessResult } from '../support/log-process.js';

/**
 * Time, memory and blocks of the event loop for the logs of two ranks, from small to larger than a string of Node.js can
 * be: read from an API server, stored, and judged, each in a separate process.
 *
 *   node dist/test/bench/log-size.js
 */
const PROGRAM = fileURLToPath(new URL('../support/log-process.js', import.meta.url));
const TEXT = 'a line of a library with about a hundred characters, as a debug log has millions of them: 0x7f';
const MB = 1e6;
const TIME_BYTES = 32;

const CASES: readonly (readonly [string, string, number])[] = [
  ['1 MB of text', TEXT, MB / (TEXT.length + TIME_BYTES)],
  ['10 MB of text', TEXT, (10 * MB) / (TEXT.length + TIME_BYTES)],
  ['10,000 line breaks', '', 10_000],
  ['10 million line breaks', '', 10 * MB],
  ['300 MB of text', TEXT, (300 * MB) / (TEXT.length + TIME_BYTES)],
  ['600 MB of text', TEXT, (600 * MB) / (TEXT.length + TIME_BYTES)],
  ['10 MB of "CUDA: "', 'CUDA: '.repeat(2000), (10 * MB) / 12_000],
  ['10 MB of "nixlbench"', 'nixlbench'.repeat(1000), (10 * MB) / 9000],
  ['10 MB of digits', '1'.repeat(10_000), (10 * MB) / 10_000],
];

console.log('each of two ranks printed        time  longest block  more memory    stored  failure');
for (const [name, line, times] of CASES) {
  const { stdout } = await execa(process.execPath, [PROGRAM, JSON.stringify(line), String(Math.ceil(times))]);
  const { seconds, longestBlock, megabytes, stored, failure } = JSON.parse(stdout) as LogProcessResult;
  console.log(
    [
      name.padEnd(26),
      `${seconds.toFixed(1)} s`.padStart(10),
      `${(longestBlock / 1000).toFixed(2)} s`.padStart(13),
      `${megabytes.toFixed(0)} MB`.padStart(11),
      `${(stored / MB).toFixed(1)} MB`.padStart(9),
      failure ?? '-',
    ].join('  '),
  );
}

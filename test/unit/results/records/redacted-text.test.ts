import assert from 'node:assert/strict';
import { redactedText } from '../../../../results/records/redacted-text.js';
import { cutOf, logTextOf } from '../../../../suite/record/log-text.js';
import { REDACTED } from '../../../../suite/secrets/redact.js';

const SECRET = 'postgres://user:password@host/db';
const HIDDEN = `postgres://${REDACTED}@host/db`;

/** The stored text of a text that arrives in pieces of a number of bytes. */
function stored(text: string, size: number): string {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  return [...redactedText({ first: pieces })].join('');
}

describe('the text of a stored log', () => {
  it('is the same without secrets, however it is divided', () => {
    const text = `\n\nr\u00e9sum\u00e9 \u{1f4a5}\r\n${'line\n'.repeat(50)}no line break at the end`;
    for (const size of [1, 2, 3, 7, 64, 10_000]) assert.equal(stored(text, size), text);
  });

  it('has no secret, wherever a piece ends', () => {
    const text = `first\n${SECRET}\nlast`;
    for (let size = 1; size < text.length; size++) assert.equal(stored(text, size), `first\n${HIDDEN}\nlast`);
  });

  it('has no secret in a line that is filtered in parts', () => {
    for (let before = 69_500; before < 69_700; before++) {
      const text = `${'\u{1f4a5}'.repeat(before / 2)} ${SECRET} ${'x'.repeat(80_000)} ${SECRET}`;
      assert.ok(stored(text, 16_384) === text.replaceAll(SECRET, HIDDEN), `after ${before} characters`);
    }
  });

  it('has no line of a private key, wherever a piece ends, and all lines after it', () => {
    const key = ['-----BEGIN PRIVATE KEY-----', 'a'.repeat(64), 'b'.repeat(64), '-----END PRIVATE KEY-----'].join('\n');
    const text = `first\n${key}\nlast\n`;
    for (let size = 1; size < text.length; size++) {
      const lines = stored(text, size).split('\n');
      assert.deepEqual([lines[0], lines.at(-2)], ['first', 'last']);
      assert.doesNotMatch(lines.join('\n'), /a{64}|b{64}/);
    }
  });

  it('keeps a log that only mentions the beginning of a private key, but for some lines', () => {
    const text = `-----BEGIN PRIVATE KEY-----\n${'line\n'.repeat(1000)}`;
    assert.equal(
      stored(text, 4096)
        .split('\n')
        .filter((line) => line === 'line').length,
      750,
    );
  });

  it('has a line in the place of a missing part, with which it can be read again', () => {
    const log = { first: [Buffer.from('begin\n')], last: [Buffer.from('the '), Buffer.from('end\n')] };
    const text = [...redactedText(log)].join('');
    assert.equal(text, 'begin\n@@dynamo-bench {"event":"cut","first":6,"last":8}\nthe end\n');
    assert.deepEqual(cutOf(logTextOf(text)), { first: 6, last: 8 });
    assert.equal([...redactedText(logTextOf(text))].join(''), text);
  });

  it('starts a new line for it after an unfinished one', () => {
    const log = { first: [Buffer.from('unfinished')], last: [Buffer.from('end')] };
    assert.equal(
      [...redactedText(log)].join(''),
      'unfinished\n@@dynamo-bench {"event":"cut","first":10,"last":3}\nend',
    );
  });
});

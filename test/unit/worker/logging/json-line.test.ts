import assert from 'node:assert/strict';
import { jsonLine } from '../../../../worker/logging/json-line.js';
import { FORBIDDEN, PLAIN_SECRET } from '../../../support/secrets.js';

function fieldsOf(meta?: Record<string, unknown>): Record<string, unknown> {
  const line = jsonLine({
    level: 'WARN',
    message: 'm\nn',
    timestampNanos: 1_700_000_000_123_456_789n,
    ...(meta ? { meta } : {}),
  });
  assert.equal(line.indexOf('\n'), line.length - 1);
  return JSON.parse(line) as Record<string, unknown>;
}

describe('a log line as JSON', () => {
  it('has time, level and message', () => {
    assert.deepEqual(fieldsOf(), { time: '2023-11-14T22:13:20.123Z', level: 'WARN', message: 'm\nn' });
  });

  it('names the run and the test of a workflow', () => {
    const { suiteRun, test, runId } = fieldsOf({ workflowId: 'nightly/nixl-ucx', workflowRunId: 'r' });
    assert.deepEqual({ suiteRun, test, runId }, { suiteRun: 'nightly', test: 'nixl-ucx', runId: 'r' });
    assert.equal(fieldsOf({ workflowId: 'nightly' }).test, undefined);
    assert.equal(fieldsOf({ workflowId: 'nightly/ucx+lf', test: 'lf' }).test, 'lf');
  });

  it('holds errors with their cause, big integers, and objects that contain themselves', () => {
    const circular: Record<string, unknown> = { big: 2n, twice: [{ a: 1 }] };
    circular.self = circular;
    const error = new Error('outer', { cause: new Error('inner') });
    const { error: shown, circular: other } = fieldsOf({ error, circular }) as {
      error: { name: string; message: string; cause: { message: string } };
      circular: object;
    };
    assert.deepEqual([shown.name, shown.message, shown.cause.message], ['Error', 'outer', 'inner']);
    assert.deepEqual(other, { big: '2', twice: [{ a: 1 }], self: '[circular]' });
  });

  it('has no secret, also in errors and nested fields', () => {
    const error = new Error(`failed: PGPASSWORD=${PLAIN_SECRET}`);
    const fields = fieldsOf({ error, input: { env: { HF_TOKEN: PLAIN_SECRET }, url: `http://u:${PLAIN_SECRET}@h` } });
    assert.doesNotMatch(JSON.stringify(fields), FORBIDDEN);
    assert.equal((fields.error as { name: string }).name, 'Error');
  });

  it('shows the same object in two places twice', () => {
    const shared = { a: 1 };
    assert.deepEqual(fieldsOf({ first: shared, second: [shared, shared] }).second, [shared, shared]);
  });
});

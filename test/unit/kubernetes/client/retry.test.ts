import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { withRetries } from '../../../../kubernetes/client/retry.js';
import { type FailureClass, SuiteFailure } from '../../../../suite/verdict/failure.js';

/** Fails with the classes given, one after the other, and then answers. */
function answering(...classes: FailureClass[]) {
  let calls = 0;
  const send = async () => {
    const failureClass = classes[calls++];
    if (failureClass) throw new SuiteFailure(failureClass, 'made up');
    return 'answer';
  };
  return { send, calls: () => calls };
}

describe('a request to the API server', () => {
  it('is repeated after a transient failure, also of a server that has just started', async () => {
    const { send, calls } = answering('ApiUnreachable', 'Forbidden', 'WebhookUnavailable');
    assert.equal(await withRetries(send), 'answer');
    assert.equal(calls(), 4);
  });

  it('is not repeated after a final answer', async () => {
    for (const failureClass of ['NotFound', 'Rejected', 'ApiConflict'] as const) {
      const { send, calls } = answering(failureClass);
      await assert.rejects(withRetries(send), { class: failureClass });
      assert.equal(calls(), 1);
    }
  });

  it('fails with the last answer after the last try', async () => {
    const { send, calls } = answering(...Array<FailureClass>(9).fill('Forbidden'));
    await assert.rejects(withRetries(send), { class: 'Forbidden' });
    assert.equal(calls(), 5);
  });

  it('is not repeated after a try that took long, so that the caller can act', async () => {
    let calls = 0;
    const slow = async () => {
      calls++;
      await sleep(30);
      throw new SuiteFailure('ApiUnreachable', 'made up');
    };
    await assert.rejects(withRetries(slow, undefined, 10), { class: 'ApiUnreachable' });
    assert.equal(calls, 1);
  });

  it('is not repeated after a cancellation', async () => {
    const { send, calls } = answering(...Array<FailureClass>(9).fill('ApiUnavailable'));
    const controller = new AbortController();
    const waiting = withRetries(send, controller.signal);
    controller.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
    assert.equal(calls(), 1);
  });
});

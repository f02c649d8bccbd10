import assert from 'node:assert/strict';
import { firstAnswer, type Posted } from '../../../../activities/dynamo/first-request.js';

const ANSWER = `200 ${JSON.stringify({ choices: [{ message: { content: 'ab' } }] })}`;

/** Sends the first request to a frontend with these answers. @returns the outcome, and whether each try asked for probabilities */
async function outcomeOf(...answers: (string | Posted)[]) {
  const asked: boolean[] = [];
  const left = [...answers];
  const post = (body: object) => {
    asked.push('logprobs' in body);
    const next = left.shift() ?? '';
    return Promise.resolve(typeof next === 'string' ? { printed: next } : next);
  };
  return { outcome: await firstAnswer(post, 'tiny', new AbortController().signal, 0), asked };
}

describe('the tries of the first request', () => {
  it('end with the first answer', async () => {
    const outcome = { answer: { text: 'ab' } };
    assert.deepEqual(await outcomeOf(ANSWER), { outcome, asked: [true] });
    assert.deepEqual(await outcomeOf('503 no workers', '0 timed out', ANSWER), { outcome, asked: [true, true, true] });
  });

  it('do without probabilities when the engine refuses them', async () => {
    const outcome = { answer: { text: 'ab' } };
    for (const status of [400, 422, 501]) {
      assert.deepEqual(await outcomeOf(`${status} no logprobs`, ANSWER), { outcome, asked: [true, false] });
    }
  });

  it('give the last problem after three tries, also when an answer is not a completion', async () => {
    const problems = ['500 NIXL_ERR_BACKEND', '0 refused', '200 event: error'];
    assert.deepEqual((await outcomeOf(...problems)).outcome, { problem: 'HTTP 200: event: error' });
  });

  it('give the reason when no command could run in the worker, and the problem when one could', async () => {
    const forbidden = { unable: 'Unexpected server response: 403' };
    const unasked = { unasked: forbidden.unable };
    assert.deepEqual((await outcomeOf(forbidden, forbidden, forbidden)).outcome, unasked);
    assert.deepEqual((await outcomeOf(forbidden, forbidden, ANSWER)).outcome, { answer: { text: 'ab' } });
    const crashed = '0 the stream was closed';
    assert.deepEqual((await outcomeOf(crashed, forbidden, forbidden)).outcome, { problem: 'the stream was closed' });
  });
});

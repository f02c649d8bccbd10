import assert from 'node:assert/strict';
import { whileRenewing } from '../../../../activities/context/while-renewing.js';

describe('work that takes longer than a claim lasts', () => {
  const { signal } = new AbortController();

  it('renews the claim until it has ended, and returns its result', async () => {
    let renewals = 0;
    const { promise, resolve } = Promise.withResolvers<string>();
    const renew = () => {
      renewals++;
      if (renewals === 3) resolve('done');
      return Promise.resolve();
    };
    assert.equal(await whileRenewing(promise, renew, signal), 'done');
    const atEnd = renewals;
    await new Promise((next) => setTimeout(next, 200));
    assert.equal(renewals, atEnd);
  });

  it('ends with the error of a renewal, and with its own', async () => {
    const lost = () => Promise.reject(new Error('claim lost'));
    await assert.rejects(whileRenewing(new Promise<never>(() => undefined), lost, signal), /claim lost/);
    const failed = Promise.reject(new Error('no answer'));
    await assert.rejects(
      whileRenewing(failed, () => Promise.resolve(), signal),
      /no answer/,
    );
  });
}).timeout(120_000);

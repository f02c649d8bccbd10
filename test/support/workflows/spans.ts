import { proxyActivities, sleep } from '@temporalio/workflow';
import { inSpan } from '../../../workflows/common/spans.js';

const { measure } = proxyActivities<{ measure: (name: string) => Promise<void> }>({ startToCloseTimeout: '10s' });

/** A workflow with two spans at the same time, one of which fails, and an activity outside of both. */
export async function cells(): Promise<void> {
  await Promise.allSettled([
    inSpan('cell', { repetition: 1 }, () => inSpan('attempt', { number: 1 }, () => measure('in attempt 1'))),
    inSpan('cell', { repetition: 2 }, async () => {
      await sleep(1);
      throw new Error('no figure');
    }),
  ]);
  await measure('outside');
}

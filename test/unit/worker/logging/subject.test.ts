import assert from 'node:assert/strict';
import { subjectOf } from '../../../../worker/logging/subject.js';

const run = { workflowId: 'nightly', runId: 'r', key: 'k', namespace: 'n', leaseNamespace: 'n', retryFor: 1 };
const test = { name: 'nixl-ucx' };

describe('the subject of an activity', () => {
  it('is the cell of a transport test', () => {
    assert.deepEqual(subjectOf([{ run, cell: { test, repetition: 2, warmUp: false } }]), {
      suiteRun: 'nightly',
      test: 'nixl-ucx',
      cell: 'repetition 2',
    });
  });

  it('is the attempt that the names of objects and evidence contain', () => {
    const attempt = { suiteRun: 'nightly', test: 'nixl-ucx', cell: 'warm-up 1', cellAttempt: 3 };
    assert.deepEqual(subjectOf([{ run, test, group: 'k-4f2a01-nixl-ucx-w1-a3' }]), attempt);
    assert.deepEqual(subjectOf([{ run, test, folder: 'nixl-ucx/w1-a3-4f2a01' }]), attempt);
    assert.deepEqual(
      subjectOf([{ run, test, ranks: [{ log: { path: 'nixl-ucx/w1-a3-4f2a01/node1.log' } }] }]),
      attempt,
    );
  });

  it('is the load point of an inference test', () => {
    const point = { concurrency: 16, repetition: 1 };
    const expected = { suiteRun: 'nightly', test: 'nixl-ucx', cell: 'concurrency 16, repetition 1' };
    assert.deepEqual(subjectOf([{ run, test, point, attempt: 2 }]), { ...expected, cellAttempt: 2 });
    assert.deepEqual(subjectOf([{ run, cell: { test, point } }]), expected);
  });

  it('is the run alone, or nothing, for other activities', () => {
    assert.deepEqual(subjectOf([{ run }]), { suiteRun: 'nightly' });
    assert.deepEqual([subjectOf([]), subjectOf(['text'])], [{}, {}]);
  });
});

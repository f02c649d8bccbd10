import assert from 'node:assert/strict';
import { type DynamoGraph, graphStatus } from '../../../cluster/graph-status.js';

function graph(generation: number, status: DynamoGraph['status']): DynamoGraph {
  const metadata = { name: 'g', generation };
  return { apiVersion: 'nvidia.com/v1beta1', kind: 'DynamoGraphDeployment', metadata, ...(status ? { status } : {}) };
}

const ready = (status: string, reason: string, message = '') => [
  { type: 'Ready', status, reason, message, observedGeneration: 1 },
];

describe('status of a DynamoGraphDeployment', () => {
  it('is pending before the operator has reported', () => {
    assert.equal(graphStatus(graph(1, undefined)).state, 'pending');
    assert.equal(graphStatus(graph(1, { state: '' })).state, 'pending');
  });

  it('is ready with the condition of the current generation', () => {
    const status = { state: 'successful', observedGeneration: 1, conditions: ready('True', 'all_resources_are_ready') };
    assert.deepEqual(graphStatus(graph(1, status)), { state: 'ready' });
  });

  it('is not ready with the condition of an older generation', () => {
    const status = { state: 'successful', observedGeneration: 1, conditions: ready('True', 'all_resources_are_ready') };
    assert.equal(graphStatus(graph(2, status)).state, 'pending');
  });

  it('is failed although only the condition of a failed status has an observedGeneration', () => {
    const status = { state: 'failed', conditions: ready('False', 'failed_to_reconcile_the_resources', 'too long') };
    assert.deepEqual(graphStatus(graph(1, status)), {
      state: 'failed',
      message: 'failed_to_reconcile_the_resources: too long',
    });
  });
});

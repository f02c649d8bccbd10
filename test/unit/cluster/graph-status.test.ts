import assert from 'node:assert/strict';
import { type DynamoGraph, graphStatus } from '../../../cluster/graph-status.js';
import type { Pod } from '../../../kubernetes/client/objects.js';
import { describeWaiting, podTrouble } from '../../../kubernetes/pods/pod-trouble.js';
import { StartWatch } from '../../../kubernetes/pods/start-watch.js';
import { servingProblem } from '../../../suite/cluster/served-models.js';

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

  it('is ready with the condition of the generation that was asked for', () => {
    const status = { state: 'successful', observedGeneration: 1, conditions: ready('True', 'all_resources_are_ready') };
    assert.deepEqual(graphStatus(graph(1, status)), { state: 'ready' });
  });

  it('is not ready with the condition of an older generation', () => {
    const status = { state: 'successful', observedGeneration: 1, conditions: ready('True', 'all_resources_are_ready') };
    assert.equal(graphStatus(graph(2, status)).state, 'pending');
  });

  it('is failed although a failed status has no observedGeneration of its own', () => {
    const status = { state: 'failed', conditions: ready('False', 'failed_to_reconcile_the_resources', 'too long') };
    assert.deepEqual(graphStatus(graph(1, status)), {
      state: 'failed',
      message: 'failed_to_reconcile_the_resources: too long',
    });
  });
});

function pod(more: NonNullable<Pod['status']>): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'decode-1', namespace: 'bench' },
    spec: { nodeName: 'gpu-1', containers: [{ name: 'main', image: 'i:1' }] },
    status: more,
  };
}

const container = (more: object) => [{ name: 'main', restartCount: 0, ...more }];

describe('pods of a deployment that is only pending', () => {
  it('tell why they do not start', () => {
    const waiting = { reason: 'ErrImageNeverPull', message: 'no such image' };
    const found = podTrouble(pod({ containerStatuses: container({ state: { waiting } }) }), new StartWatch(60), 0);
    assert.equal(found?.class, 'ImagePull');
  });

  it('tell a crash loop with its exit code, and not a first restart', () => {
    const watch = new StartWatch(60);
    const lastState = { terminated: { exitCode: 3, reason: 'Error' } };
    const crashed = (restartCount: number) =>
      podTrouble(pod({ containerStatuses: container({ restartCount, state: { waiting: {} }, lastState }) }), watch, 0);
    assert.equal(crashed(1), undefined);
    assert.match(crashed(3)?.message ?? '', /ended 3 times, last with exit code 3 \(Error\)/);
  });

  const warning = (kind: string, name: string, message: string, type = 'Warning') => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e' },
    involvedObject: { kind, name },
    type,
    reason: 'Unhealthy',
    message,
  });

  it('are described with their last warning at the time limit', () => {
    const event = (message: string, type = 'Warning') => warning('Pod', 'decode-1', message, type);
    const text = describeWaiting(
      'graph',
      [pod({ containerStatuses: container({ state: { running: {} } }) })],
      [event('old'), event('HTTP 503'), event('pulled', 'Normal')],
    );
    assert.equal(text, 'decode-1: runs, its readiness probe has not passed; Unhealthy: HTTP 503');
  });

  it('that do not even exist are described with what kept their controllers from making them', () => {
    const text = describeWaiting(
      'graph',
      [],
      [
        warning('DynamoComponentDeployment', 'graph-frontend', 'field is immutable'),
        warning('DynamoComponentDeployment', 'graph-frontend', 'the object has been modified; please apply again'),
        warning('ReplicaSet', 'graph-prefill-1a2b', 'old'),
        warning('ReplicaSet', 'graph-prefill-1a2b', 'exceeded quota'),
        warning('ReplicaSet', 'graphs-prefill', 'of another one'),
      ],
    );
    assert.equal(
      text,
      'there is no pod yet; DynamoComponentDeployment graph-frontend: Unhealthy: field is immutable; ReplicaSet graph-prefill-1a2b: Unhealthy: exceeded quota',
    );
  });
});

describe('a frontend', () => {
  const instance = (component: string, endpoint = 'generate') => ({ component, endpoint });
  const models = { data: [{ id: 'tiny' }] };

  const one = { prefill: 1, decode: 1 };
  const problem = (topology: 'disaggregated' | 'aggregated', replicas: typeof one, ...components: string[]) =>
    servingProblem('tiny', topology, replicas, models, { instances: components.map((name) => instance(name)) });

  it('serves with the model and all workers of each role', () => {
    assert.equal(problem('disaggregated', one, 'prefill', 'backend'), undefined);
    const replicas = { prefill: 1, decode: 2 };
    assert.equal(problem('disaggregated', replicas, 'prefill', 'backend', 'backend'), undefined);
  });

  it('does not serve without a prefill worker, whatever its status word says', () => {
    const health = { status: 'healthy', instances: [instance('backend')] };
    assert.equal(
      servingProblem('tiny', 'disaggregated', one, models, health),
      'the frontend knows 0 of 1 prefill workers',
    );
  });

  it('does not serve before the last worker of a role is known', () => {
    const replicas = { prefill: 2, decode: 2 };
    assert.equal(
      problem('disaggregated', replicas, 'prefill', 'backend', 'backend'),
      'the frontend knows 1 of 2 prefill workers',
    );
    assert.equal(
      problem('disaggregated', replicas, 'prefill', 'prefill', 'backend'),
      'the frontend knows 1 of 2 decode workers',
    );
  });

  it('does not count endpoints that do not generate', () => {
    const health = { instances: [instance('prefill'), instance('backend', 'worker_kv_query')] };
    assert.equal(
      servingProblem('tiny', 'disaggregated', one, models, health),
      'the frontend knows 0 of 1 decode workers',
    );
  });

  it('needs as many workers when aggregated, and no prefill worker', () => {
    assert.equal(problem('aggregated', one, 'tensorrt_llm'), 'the frontend knows 1 of 2 workers');
    assert.equal(problem('aggregated', one, 'tensorrt_llm', 'tensorrt_llm'), undefined);
  });

  it('knows workers apart whose 64-bit ids are the same number in JSON', () => {
    const text = (id: string) => `{"component":"backend","endpoint":"generate","instance_id":${id}}`;
    const health = JSON.parse(`{"instances":[${text('7587888160958628001')},${text('7587888160958628002')}]}`);
    assert.equal(servingProblem('tiny', 'aggregated', one, models, health), undefined);
  });

  it('names the models that it serves instead', () => {
    const health = { instances: [instance('prefill'), instance('backend')] };
    assert.equal(servingProblem('big', 'disaggregated', one, models, health), 'the frontend serves tiny and not big');
  });
});

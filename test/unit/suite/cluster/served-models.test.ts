import assert from 'node:assert/strict';
import { servingProblem } from '../../../../suite/cluster/served-models.js';

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

  it('does not serve without a prefill worker, even if its status says healthy', () => {
    const health = { status: 'healthy', instances: [instance('backend')] };
    assert.match(servingProblem('tiny', 'disaggregated', one, models, health) ?? '', /0 of 1 prefill workers/);
  });

  it('does not serve before the last worker of a role is known', () => {
    const replicas = { prefill: 2, decode: 2 };
    assert.match(problem('disaggregated', replicas, 'prefill', 'backend', 'backend') ?? '', /1 of 2 prefill workers/);
    assert.match(problem('disaggregated', replicas, 'prefill', 'prefill', 'backend') ?? '', /1 of 2 decode workers/);
  });

  it('does not count endpoints that do not generate', () => {
    const health = { instances: [instance('prefill'), instance('backend', 'worker_kv_query')] };
    assert.match(servingProblem('tiny', 'disaggregated', one, models, health) ?? '', /0 of 1 decode workers/);
  });

  it('needs as many workers when aggregated, and no prefill worker', () => {
    assert.match(problem('aggregated', one, 'tensorrt_llm') ?? '', /1 of 2 workers/);
    assert.equal(problem('aggregated', one, 'tensorrt_llm', 'tensorrt_llm'), undefined);
  });

  it('counts workers apart whose 64-bit ids are the same number in JSON', () => {
    const text = (id: string) => `{"component":"backend","endpoint":"generate","instance_id":${id}}`;
    const health = JSON.parse(`{"instances":[${text('7587888160958628001')},${text('7587888160958628002')}]}`);
    assert.equal(servingProblem('tiny', 'aggregated', one, models, health), undefined);
  });

  it('names the models that it serves instead', () => {
    const health = { instances: [instance('prefill'), instance('backend')] };
    assert.match(servingProblem('big', 'disaggregated', one, models, health) ?? '', /tiny, .* big$/);
  });
});

import assert from 'node:assert/strict';
import { loadJob } from '../../../../cluster/objects/load-job.js';
import { loadJobName } from '../../../../suite/cluster/dynamo-names.js';
import { parseSpec } from '../../../../suite/spec/spec.js';

const RUN = { workflowId: 'w', runId: 'r', key: '0123abcd', namespace: 'bench', leaseNamespace: 'bench', retryFor: 1 };
const POINT = { concurrency: 4, repetition: 2 };

async function jobOf(model: object, cluster: object = {}) {
  const spec = parseSpec({
    name: 'phase-3',
    cluster,
    tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }],
    dynamo: {
      model: { name: 'm', ...model },
      load: { image: 'aiperf:test', memory: '1Gi', cpu: 2 },
      tests: [{ name: 'load', tool: 'inference', timeout: '90500ms' }],
    },
  });
  const { dynamo } = spec;
  const [test] = dynamo?.tests ?? [];
  if (!dynamo || !test) throw new Error('no test');
  const { spec: job } = await loadJob({
    run: RUN,
    dynamo,
    test,
    point: POINT,
    url: 'http://f:8000',
    nodes: ['gpu-1', 'gpu-2'],
    cluster: spec.cluster,
    podStart: 1,
    unschedulable: 1,
    attempt: 1,
    token: 't',
    folder: 'f',
  });
  return job.template.spec;
}

describe('the Job of a load', () => {
  it('runs AIPerf with the memory, the image and the time limit of the spec', async () => {
    const { activeDeadlineSeconds, containers } = await jobOf({});
    const [container] = containers;
    assert.equal(activeDeadlineSeconds, 91);
    assert.equal(container?.image, 'aiperf:test');
    assert.deepEqual(container?.args?.slice(0, 2), ['aiperf', 'profile']);
    const memory = '1Gi';
    assert.deepEqual(container?.resources, { requests: { cpu: '2', memory }, limits: { memory } });
  });

  it('prefers the nodes that its run has claimed', async () => {
    const { affinity } = await jobOf({});
    const preferred = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    assert.deepEqual(
      preferred.map(({ preference }) => preference.matchFields?.[0]?.values),
      [['gpu-1'], ['gpu-2']],
      'the API server accepts one value in a field selector',
    );
  });

  it('finds the script of the run in its run object', async () => {
    const { volumes = [] } = await jobOf({});
    assert.equal(volumes.find(({ name }) => name === 'scripts')?.configMap?.name, 'bench-0123abcd');
  });

  it('gets the token for the tokenizer and the pull secret only when the spec has them', async () => {
    const plain = await jobOf({});
    assert.deepEqual([plain.containers[0]?.envFrom, plain.imagePullSecrets], [undefined, undefined]);
    const secret = await jobOf({ tokenSecret: 'hf' }, { imagePullSecret: 'pull' });
    assert.deepEqual(secret.containers[0]?.envFrom, [{ secretRef: { name: 'hf' } }]);
    assert.deepEqual(secret.imagePullSecrets, [{ name: 'pull' }]);
  });

  it('has a name that no other point, attempt or workflow run has', () => {
    const name = loadJobName(RUN, 'load', POINT, 1, 't');
    const others = [
      loadJobName({ key: 'x' }, 'load', POINT, 1, 't'),
      loadJobName(RUN, 'other', POINT, 1, 't'),
      loadJobName(RUN, 'load', { ...POINT, concurrency: 1 }, 1, 't'),
      loadJobName(RUN, 'load', { ...POINT, repetition: 1 }, 1, 't'),
      loadJobName(RUN, 'load', POINT, 2, 't'),
      loadJobName(RUN, 'load', POINT, 1, 'u'),
    ];
    assert.equal(new Set([name, ...others]).size, 7);
    assert.match(name, /^[a-z0-9-]{1,63}$/);
  });
});

import assert from 'node:assert/strict';
import type { DynamoGraph } from '../../cluster/graph-status.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { DEPLOYMENT, DYNAMO_GRAPH, POD, SERVICE } from '../../kubernetes/client/resources.js';
import type { InferenceTestRecord } from '../../suite/record/inference-record.js';
import { installResources, removeResources, startOperatorPod } from '../support/dynamo-platform.js';
import { dynamoSuite, QUICK_LOAD } from '../support/dynamo-suite.js';
import { GraphOperator } from '../support/graph-operator.js';
import { Lab, type LocalSpec, type SuiteEnd } from '../support/lab.js';

/**
 * DynamoGraphDeployments on the real API server. The operator is a stand-in; pods, frontend, simulated engine and AIPerf
 * are real.
 */
describe('phase 3 with the operator', function () {
  this.timeout(600_000);

  let lab: Lab;
  let operator: GraphOperator | undefined;
  /** The first suite: its transport test is taken over by the others. */
  let earlier: string | undefined;

  before(async () => {
    lab = await Lab.open();
    await startOperatorPod(lab.box.admin, lab.namespace.name);
  });
  beforeEach(() => {
    if (operator) operator.mood = { state: 'works' };
  });
  afterEach('nothing is left behind', async () => {
    assert.deepEqual(await lab.leftovers(), []);
    if (operator) assert.deepEqual(await graphs(), []);
  });
  after(async () => {
    try {
      await operator?.stop();
    } finally {
      await removeResources(lab.box.admin);
      await lab.close();
    }
  });

  const graphs = async () =>
    (await lab.box.admin.list(DYNAMO_GRAPH, lab.namespace.name)).map(({ metadata }) => metadata.name);
  const suite = (dynamo: Record<string, unknown>): Promise<LocalSpec> =>
    dynamoSuite(lab, { deployWith: 'operator', ...dynamo }, earlier ? { resumeFrom: earlier } : {});

  const stepOf = async (workflowId: string) => (await lab.progress(workflowId)).step;

  async function run(dynamo: Record<string, unknown>, workflowId?: string): Promise<SuiteEnd> {
    const end = await lab.run(await suite(dynamo), workflowId);
    earlier ??= end.workflowId;
    return end;
  }

  function testOf(end: SuiteEnd, name = 'load'): InferenceTestRecord {
    const found = end.record?.dynamo?.tests.find((test) => test.name === name);
    assert.ok(found, end.report || end.failure);
    return found;
  }

  it('is refused when the cluster serves an older version of the resource only', async () => {
    await installResources(lab.box.admin, ['v1alpha1']);
    const end = await run({});
    await removeResources(lab.box.admin);
    const { failure } = end.record.dynamo ?? {};
    assert.equal(failure?.class, 'PlatformMissing', end.report);
    assert.match(failure?.message ?? '', /serves dynamographdeployments\.nvidia\.com as v1alpha1, but .*v1beta1/);
    assert.match(failure?.hint ?? '', /never changes a platform that exists/);
    assert.equal(end.record.tests[0]?.verdict, 'pass', 'what can be measured without it is');
  });

  describe('and its resource', () => {
    before(async () => {
      await installResources(lab.box.admin);
      operator = new GraphOperator(lab.box.admin, lab.namespace.name);
    });

    describe('passes', () => {
      let end: SuiteEnd;
      const name = 'passing';

      before(async () => {
        assert.ok(operator);
        // Neither is final: the operator tries again by itself. The first one speaks of no generation at all.
        const condition = { type: 'Ready', status: 'False', reason: 'failed_to_reconcile_the_resources', message: 'm' };
        operator.mood = {
          state: 'works',
          linger: 4,
          first: [
            { state: 'failed', conditions: [condition] },
            { state: 'failed', conditions: [{ ...condition, observedGeneration: 1 }] },
          ],
        };
        const { seen } = operator;
        const model = { name: 'acme/tiny-2.5' };
        const id = await lab.start(await suite({ name, model, env: { DYN_LOG: 'info' } }));
        await lab.until('the deployment is there', async () => seen.has(name));
        await lab.stopWorker('SIGKILL');
        lab.startWorker();
        const selector = `nvidia.com/dynamo-graph-deployment-name=${name}`;
        await lab.until(
          'the deployment is gone and its pods run on',
          async () => (await graphs()).length === 0 && (await lab.pods(selector)).length > 0,
          300,
        );
        const { status } = await lab.client.getHandle(`${id}/load`).describe();
        assert.equal(status.name, 'RUNNING', 'the test is over when its last pod is');
        end = await lab.end(id);
      });

      it('from an operator that reports failures at first, with the real AIPerf', () => {
        assert.equal(end.status, 'COMPLETED', end.failure);
        const { verdict, cells } = testOf(end);
        assert.equal(verdict, 'pass', end.report);
        assert.equal(cells[0]?.load?.requests.succeeded, QUICK_LOAD.requests);
        assert.deepEqual(end.record.dynamo?.platform, { version: '0.1.0-test', installed: false });
      });

      it('with the deployment that the worker before made: there is one, and one only', () => {
        assert.equal(operator?.seen.get(name)?.size, 1);
      });

      it('with prefill on node2 and decode on node1, where the transport tests measured', () => {
        const nodes = new Map(testOf(end).cells[0]?.pods.map(({ role, node }) => [role, node]));
        assert.equal(nodes.get('prefill'), end.record.setup.pair?.node2);
        assert.equal(nodes.get('decode'), end.record.setup.pair?.node1);
      });

      it('and keeps the logs of all three pods', async () => {
        const logs = [...(await lab.kept(end.workflowId)).keys()].filter((path) => /^load\/pods-.*\.log$/.test(path));
        assert.equal(logs.length, 3, logs.join(' '));
      });
    });

    const pending: readonly [string, Record<string, unknown>, string, RegExp][] = [
      [
        'an image is missing',
        { image: 'localhost/no-such-image:1.0.0' },
        'ImagePull',
        /image localhost\/no-such-image:1\.0\.0: ErrImageNeverPull/,
      ],
      ['no node has so many GPUs', { resources: { gpu: 9 } }, 'Unschedulable', /Insufficient nvidia\.com\/gpu/],
      [
        'its workers end again and again',
        { engine: { extraArguments: ['--no-such-option'] } },
        'DeploymentNotReady',
        /-(?:prefill|decode)-\S+ on gpu-\d ended 3 times, last with exit code 2 \(Error\)/,
      ],
    ];
    for (const [what, dynamo, failureClass, expected] of pending) {
      it(`and a deployment that stays pending because ${what} fails with the pods’ own reason`, async () => {
        const end = await run(dynamo);
        const { failure, cells } = testOf(end);
        assert.equal(failure?.class, failureClass, end.report);
        assert.match(failure?.message ?? '', expected);
        assert.deepEqual(cells, []);
        const logs = [...(await lab.kept(end.workflowId))].filter(([path]) => path.startsWith('load/pods-'));
        assert.ok(logs.length >= 3, 'the pods’ logs are kept');
        if (failureClass === 'DeploymentNotReady') {
          assert.ok(
            logs.some(([, text]) => text.includes('--no-such-option')),
            'and say why they ended',
          );
        }
      });
    }

    it('and an operator that fails on its own work fails with its words, and with its warnings', async () => {
      assert.ok(operator);
      operator.mood = { state: 'cannot' };
      const { failure } = testOf(await run({ readyTimeout: '3s' }));
      assert.equal(failure?.class, 'DeploymentNotReady');
      assert.match(failure?.message ?? '', /does not serve after 3 s: failed_to_reconcile_the_resources: failed to/);
      assert.match(
        failure?.message ?? '',
        /no pod exists yet; DynamoComponentDeployment dynamo-\w+-frontend: ReconcileError: .*field is immutable/,
      );
    });

    it('and an operator that goes down holds its deployment: the suite says so, starts no other one, and ends', async () => {
      assert.ok(operator);
      operator.mood = { state: 'cannot' };
      const { seen } = operator;
      const before = seen.size;
      const tests = [QUICK_LOAD, { ...QUICK_LOAD, name: 'second' }];
      const id = await lab.start(await suite({ readyTimeout: '4s', removalTimeout: '3s', tests }));
      await lab.until('the operator holds the deployment', async () => seen.size > before);
      operator.mood = { state: 'down' };
      const end = await lab.end(id);
      operator.mood = { state: 'works' };
      await lab.until('the operator is back and lets it go', async () => (await graphs()).length === 0);
      const stuck =
        /still exists 3 s after its deletion, deletion waits for finalizer nvidia\.com\/finalizer; the cluster has an operator that is ready; pods left: none/;
      assert.equal(testOf(end).failure?.class, 'DeploymentNotReady');
      assert.match(testOf(end).failure?.message ?? '', stuck);
      assert.equal(testOf(end, 'second').failure?.class, 'DeploymentStuck');
      assert.match(end.report, /DeploymentStuck/);
      assert.equal(seen.size, before + 1);
    });

    it('and an operator that is down leaves a deployment: the next suite says so, and measures when it is back', async () => {
      assert.ok(operator);
      const { seen } = operator;
      const first = await lab.start(await suite({ name: 'stuck', removalTimeout: '3s' }));
      const isReady = async () => {
        const graph = await lab.box.admin.find<DynamoGraph>(DYNAMO_GRAPH, lab.namespace.name, 'stuck');
        return graph?.status?.state === 'successful';
      };
      await lab.until('the operator reports the deployment as ready', isReady, 300);
      operator.mood = { state: 'down' };
      const end = await lab.end(first);
      assert.equal(testOf(end).failure?.class, 'DeploymentStuck', end.report);
      const second = await lab.start(await suite({ name: 'after' }));
      const waits =
        /suite run "\S+" \(namespace \S+\) has ended, but \S+ is not free: its pod \S+ still exists; DynamoGraphDeployment \S+\/stuck was deleted at \S+ and waits for the finalizer nvidia\.com\/finalizer, which the Dynamo operator removes; the cluster has /;
      await lab.until(
        'the suite waits',
        async () => waits.test(await stepOf(second)),
        240,
        () => stepOf(second),
      );
      operator.mood = { state: 'works' };
      const { verdict } = testOf(await lab.end(second));
      assert.equal(verdict, 'pass');
      assert.equal(seen.get('stuck')?.size, 1);
    });

    it('and a webhook that does not answer is named as such, with its Service', async () => {
      const webhooks = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration' };
      const name = `down-${lab.namespace.name}`;
      const service = { namespace: lab.namespace.name, name: 'dynamo-operator-webhook-service', path: '/mutate' };
      await lab.box.admin.create({
        ...webhooks,
        metadata: { name },
        webhooks: [
          {
            name: 'mdynamographdeployment.kb.io',
            admissionReviewVersions: ['v1'],
            sideEffects: 'None',
            failurePolicy: 'Fail',
            timeoutSeconds: 1,
            clientConfig: { service },
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': lab.namespace.name } },
            rules: [
              {
                apiGroups: ['nvidia.com'],
                apiVersions: ['*'],
                operations: ['CREATE'],
                resources: ['dynamographdeployments'],
              },
            ],
          },
        ],
      });
      try {
        const { failure } = testOf(await run({}));
        assert.equal(failure?.class, 'WebhookUnavailable', failure?.message);
        assert.match(failure?.message ?? '', /failed calling webhook "mdynamographdeployment\.kb\.io"/);
        assert.match(failure?.hint ?? '', /Service \S+\/dynamo-operator-webhook-service/);
      } finally {
        await lab.box.admin.delete(webhooks, undefined, name);
      }
    });

    it('and a deployment that is to be kept is removed when it does not become ready', async () => {
      const end = await run({ keep: true, image: 'localhost/no-such-image:1.0.0' });
      assert.equal(testOf(end).failure?.class, 'ImagePull', end.report);
      assert.deepEqual(await graphs(), []);
    });

    it('and a deployment that was measured is kept without an owner, until it is removed by hand', async () => {
      const end = await run({ keep: true, name: 'kept' });
      assert.equal(testOf(end).verdict, 'pass', end.report);
      const { admin } = lab.box;
      const { metadata } = await admin.get(DYNAMO_GRAPH, lab.namespace.name, 'kept');
      assert.equal(metadata.ownerReferences, undefined);
      assert.equal(metadata.labels?.['dynamo-bench/run'], undefined);
      assert.match(end.record.dynamo?.kept ?? '', /^kubectl delete --namespace \S+ dynamographdeployment\/kept$/);
      await admin.delete(DYNAMO_GRAPH, lab.namespace.name, 'kept');
    });

    describe('refuses a name that somebody else has, before anything is made, and touches nothing:', () => {
      const foreign = (): readonly KubernetesObject[] => {
        const metadata = (name: string) => ({ name, namespace: lab.namespace.name });
        const pause = { name: 'main', image: 'localhost/pause:3.10', imagePullPolicy: 'Never' };
        const labels = { app: 'other' };
        return [
          { ...DYNAMO_GRAPH, metadata: metadata('taken'), spec: { backendFramework: 'vllm' } },
          {
            ...SERVICE,
            metadata: metadata('taken-frontend'),
            spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
          },
          {
            ...DEPLOYMENT,
            metadata: metadata('taken-frontend'),
            spec: {
              replicas: 0,
              selector: { matchLabels: labels },
              template: { metadata: { labels }, spec: { containers: [pause] } },
            },
          },
        ];
      };

      for (const [index, { kind }] of [DYNAMO_GRAPH, SERVICE, DEPLOYMENT].entries()) {
        it(kind, async () => {
          const { admin } = lab.box;
          const object = foreign()[index];
          assert.ok(object);
          const { name, namespace = '' } = object.metadata;
          const made = await admin.create(object);
          // Those of a deployment that runs must not be taken for the suite's.
          const pods = kind === DYNAMO_GRAPH.kind ? [await foreignPod(name)] : [];
          try {
            const end = await run({ name: 'taken', removalTimeout: '3s' });
            const { failure } = testOf(end);
            assert.equal(failure?.class, 'NameTaken', end.report);
            assert.match(
              failure?.message ?? '',
              new RegExp(`^${kind} ${namespace}/${name} already exists and belongs`),
            );
            assert.doesNotMatch(failure?.message ?? '', /DeploymentStuck/);
            const logs = [...(await lab.kept(end.workflowId)).keys()].filter((path) => path.includes('/pods-'));
            assert.deepEqual(logs, [], 'no log of somebody else’s pods is kept');
            const { metadata, spec } = await admin.get(object, namespace, name);
            assert.deepEqual(
              { uid: metadata.uid, labels: metadata.labels, spec },
              { uid: made.metadata.uid, labels: made.metadata.labels, spec: made.spec },
            );
            assert.equal(operator?.seen.has('taken'), false);
          } finally {
            await admin.delete(object, namespace, name);
            for (const pod of pods) await admin.delete(POD, namespace, pod, { gracePeriodSeconds: 0 });
          }
        });
      }

      async function foreignPod(graph: string): Promise<string> {
        const name = 'foreign';
        await lab.box.admin.create({
          ...POD,
          metadata: {
            name,
            namespace: lab.namespace.name,
            labels: { 'nvidia.com/dynamo-graph-deployment-name': graph },
          },
          spec: { containers: [{ name: 'main', image: 'localhost/pause:3.10', imagePullPolicy: 'Never' }] },
        });
        return name;
      }
    });

    it('and a run that was terminated: the next one waits until what it left under the same name is gone', async () => {
      assert.ok(operator);
      operator.mood = { state: 'works', linger: 4 };
      const { seen } = operator;
      const id = await lab.start(await suite({ name: 'mine' }));
      await lab.until('the deployment is there', async () => seen.has('mine'));
      await lab.temporal('workflow', 'terminate', '--workflow-id', id);
      const { failure } = testOf(await run({ name: 'mine', image: 'localhost/no-such-image:1.0.0' }, id));
      assert.equal(failure?.class, 'ImagePull', failure?.message);
      assert.equal(seen.get('mine')?.size, 2);
    });

    it('and a name with dots is refused before anything is asked of the cluster', async () => {
      const end = await lab.run(await suite({ name: 'qwen2.5' }));
      assert.equal(end.status, 'FAILED');
      assert.match(end.failure, /dynamo\.name: deployment name may contain only a-z, 0-9 and "-"/);
    });
  });
});

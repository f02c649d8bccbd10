import assert from 'node:assert/strict';
import { allowListsOf, refuseUnlisted, requestsOfObject } from '../../../../activities/context/allow-lists.js';
import { ActivityContext, type ActivityDependencies } from '../../../../activities/context/context.js';
import { runObjectActivities } from '../../../../activities/run/run-object.js';
import type { Cluster } from '../../../../kubernetes/client/cluster.js';
import { parseSuite } from '../../../../suite/plan/check-suite.js';
import { requestsOfSpec } from '../../../../suite/spec/requests.js';
import { readConfig } from '../../../../worker/config.js';
import { failureOfClass } from '../../../support/failure-of-class.js';

const secret = (name: string) => ({ valueFrom: { secretKeyRef: { name, key: 'k' } } });
const spec = parseSuite({
  name: 's',
  cluster: {
    context: 'prod',
    namespace: 'bench',
    leaseNamespace: 'locks',
    image: 'r.io/a/x:1',
    etcdImage: 'r.io/etcd:3',
    imagePullSecret: 'pull',
  },
  env: { A: secret('suite') },
  tests: [{ name: 'lf', tool: 'nixlbench', backend: 'UCX', env: { A: secret('test'), B: '1' } }],
  dynamo: {
    model: { name: 'm', tokenSecret: 'hf' },
    image: 'r.io/d:1.0.0',
    load: { image: 'r.io/l:1' },
    env: { A: secret('dynamo') },
    platform: {
      install: true,
      namespace: 'platform',
      chart: 'oci://r.io/chart',
      values: {
        etcd: { image: { registry: 'r.io', repository: 'a/etcd', tag: '3' } },
        operator: { kubeRbacProxyImage: 'r.io/proxy:1' },
        global: { imageRegistry: 'r.io/mirror' },
      },
    },
    tests: [{ name: 'load', tool: 'inference' }],
  },
});
const lists = (environment: NodeJS.ProcessEnv) => allowListsOf(readConfig(environment));
const ALL = {
  ALLOWED_IMAGES: 'r.io/*, oci://r.io/chart',
  ALLOWED_CONTEXTS: 'prod',
  ALLOWED_NAMESPACES: 'bench,locks,platform',
  ALLOWED_SECRETS: 'pull,suite,test,hf,dynamo',
};
const run = {
  workflowId: 'w',
  runId: 'r',
  key: 'k',
  context: 'prod',
  namespace: 'bench',
  leaseNamespace: 'locks',
  retryFor: 1,
};

/** A cluster that fails the test when anything is asked of it. */
const untouched = new Proxy({}, { get: (_, name) => assert.fail(`the cluster was asked: ${String(name)}`) }) as Cluster;

function contextWith(environment: NodeJS.ProcessEnv): ActivityContext {
  const dependencies = { allowed: lists(environment), connect: () => untouched };
  return new ActivityContext(dependencies as unknown as ActivityDependencies);
}

describe('the allow-lists of a worker', () => {
  it('refuses a Secret that only the matrix of a test names', () => {
    const matrix = { env: [{ A: secret('first') }, { A: secret('second') }] };
    const tests = [{ name: 'lf', tool: 'nixlbench', backend: 'UCX', matrix }];
    const requests = requestsOfSpec(parseSuite({ name: 's', tests }));
    assert.deepEqual(
      requests.filter(({ kind }) => kind === 'secret').map(({ field, value }) => [field, value]),
      [
        ['tests[0].env.A', 'first'],
        ['tests[0].env.A', 'second'],
      ],
    );
  });

  it('allow everything when no list is set, and what the lists have', () => {
    refuseUnlisted(lists({}), requestsOfSpec(spec));
    refuseUnlisted(lists(ALL), requestsOfSpec(spec));
  });

  for (const [variable, value, field, refused] of [
    ['ALLOWED_IMAGES', 'r.io/a/*,r.io/?:1', 'cluster.etcdImage', 'r.io/etcd:3'],
    ['ALLOWED_IMAGES', 'r.io/*', 'dynamo.platform.chart', 'oci://r.io/chart'],
    ['ALLOWED_IMAGES', 'evil.io/*', 'cluster.image', 'r.io/a/x:1'],
    ['ALLOWED_IMAGES', 'r.io/*:1,r.io/etcd:3,oci:*', 'dynamo.platform.values.etcd.image', 'r.io/a/etcd:3'],
    [
      'ALLOWED_IMAGES',
      'r.io/a/*,r.io/?*:?,oci:*,r.io/etcd:3,r.io/d:1.0.0,r.io/l:1,r.io/mirror',
      'dynamo.platform.values.operator.kubeRbacProxyImage',
      'r.io/proxy:1',
    ],
    ['ALLOWED_CONTEXTS', 'test', 'cluster.context', 'prod'],
    ['ALLOWED_NAMESPACES', 'locks,platform', 'cluster.namespace', 'bench'],
    ['ALLOWED_NAMESPACES', 'bench,platform', 'cluster.leaseNamespace', 'locks'],
    ['ALLOWED_NAMESPACES', 'bench,locks', 'dynamo.platform.namespace', 'platform'],
    ['ALLOWED_SECRETS', 'suite,test,hf,dynamo', 'cluster.imagePullSecret', 'pull'],
    ['ALLOWED_SECRETS', 'pull,test,hf,dynamo', 'env.A', 'suite'],
    ['ALLOWED_SECRETS', 'pull,suite,hf,dynamo', 'tests[0].env.A', 'test'],
    ['ALLOWED_SECRETS', 'pull,suite,test,dynamo', 'dynamo.model.tokenSecret', 'hf'],
    ['ALLOWED_SECRETS', 'pull,suite,test,hf', 'dynamo.env.A', 'dynamo'],
  ] as const) {
    it(`refuse ${field} with ${variable}=${value}, before anything is asked of the cluster`, async () => {
      const message = `${field} is "${refused}", which ${variable} of the worker does not allow: ${value.replaceAll(',', ', ')}`;
      const context = contextWith({ ...ALL, [variable]: value });
      await assert.rejects(
        runObjectActivities(context).openRun({ run, files: {}, requests: requestsOfSpec(spec) }),
        (error: unknown) => {
          assert.equal((error as Error).message, message);
          return failureOfClass('NotAllowed')(error);
        },
      );
    });
  }

  it('match whole values, and * any characters', () => {
    const allows = (pattern: string, value: string) => {
      try {
        refuseUnlisted({ image: [pattern] }, [{ kind: 'image', field: 'f', value }]);
        return true;
      } catch {
        return false;
      }
    };
    for (const [pattern, value] of [
      ['a', 'a'],
      ['*', ''],
      ['a*', 'a'],
      ['a*c', 'ac'],
      ['a*b*c', 'a1b2c'],
      ['*b*', 'abc'],
    ] as const) {
      assert.ok(allows(pattern, value), `${pattern} ${value}`);
    }
    for (const [pattern, value] of [
      ['a', 'ab'],
      ['a', 'xa'],
      ['a*c', 'acd'],
      ['ab*ba', 'aba'],
      ['a*b*c', 'ac'],
      ['r.io/*', 'rxio/a'],
    ] as const) {
      assert.ok(!allows(pattern, value), `${pattern} ${value}`);
    }
  });

  it('hold where objects are created, whoever built them', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {
        imagePullSecrets: [{ name: 'pull' }],
        containers: [
          { image: 'r.io/x', env: [{ name: 'A', ...secret('suite') }], envFrom: [{ secretRef: { name: 'hf' } }] },
        ],
        volumes: [{ secret: { secretName: 'other' } }],
      },
    };
    assert.deepEqual(
      requestsOfObject(pod)
        .map(({ kind, value }) => `${kind} ${value}`)
        .sort(),
      ['image r.io/x', 'secret hf', 'secret other', 'secret pull', 'secret suite'],
    );
    await assert.rejects(contextWith(ALL).owned(run, pod, 'p'), failureOfClass('NotAllowed', /"other"/));
    const { volumes: _, ...others } = pod.spec;
    contextWith(ALL).permit({ ...pod, spec: others });
    const graph = { services: { x: { envFromSecret: 'evil', extraPodSpec: { mainContainer: { image: 'r.io/x' } } } } };
    assert.throws(() => contextWith(ALL).permit({ ...pod, spec: graph }), failureOfClass('NotAllowed', /"evil"/));
  });

  it('hold for the context and the namespaces of every connection', () => {
    const context = contextWith(ALL);
    assert.equal(context.cluster(run), untouched);
    for (const changed of [{ context: 'other' }, { namespace: 'kube-system' }, { leaseNamespace: 'kube-system' }]) {
      assert.throws(() => context.cluster({ ...run, ...changed }), failureOfClass('NotAllowed'));
    }
    const { context: _, ...current } = run;
    assert.equal(context.cluster(current), untouched);
  });

  it('are refused when empty', () => {
    assert.throws(
      () => readConfig({ ALLOWED_IMAGES: '' }),
      /^Error: environment variable ALLOWED_IMAGES: expected patterns/,
    );
  });
});

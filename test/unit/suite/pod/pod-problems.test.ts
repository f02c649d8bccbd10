import assert from 'node:assert/strict';
import { parseSuite } from '../../../../suite/plan/check-suite.js';
import { checkSpec } from '../../../../suite/spec/spec.js';

const TESTS = [{ name: 't', tool: 'nixlbench', backend: 'UCX', env: { OF_TEST: '1' } }];

function problemsOf(pod: unknown, others: object = {}): string[] {
  const checked = checkSpec({ name: 's', tests: TESTS, pod, ...others });
  return 'problems' in checked ? checked.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

const rank = (fields: object) => ({ spec: { containers: [{ name: 'rank', ...fields }] } });

/** Asserts that a patch has exactly one problem, which fits. */
function hasProblem(pod: unknown, expected: RegExp, others: object = {}): void {
  const problems = problemsOf(pod, others);
  assert.equal(problems.length, 1, problems.join('\n'));
  assert.match(problems[0] ?? '', expected);
}

describe('a patch of the pods', () => {
  const accepted: Readonly<Record<string, object>> = {
    'networks of Multus': { metadata: { annotations: { 'k8s.v1.cni.cncf.io/networks': 'rdma-1,rdma-2' } } },
    'networks of GKE': {
      metadata: {
        annotations: {
          'networking.gke.io/default-interface': 'eth0',
          'networking.gke.io/interfaces': '[{"interfaceName":"eth0","network":"default"}]',
        },
      },
    },
    'a queue and its scheduler': {
      metadata: { labels: { 'kueue.x-k8s.io/queue-name': 'q', 'kai.scheduler/queue': 'q' } },
      spec: { schedulerName: 'kai-scheduler', priorityClassName: 'low', runtimeClassName: 'nvidia' },
    },
    'a privileged rank': rank({ securityContext: { privileged: true } }),
    'another security context': rank({ securityContext: { $patch: 'replace', privileged: true, runAsUser: 0 } }),
    'a volume': {
      spec: {
        containers: [{ name: 'rank', volumeMounts: [{ name: 'gdr', mountPath: '/dev/gdrdrv' }] }],
        volumes: [{ name: 'gdr', hostPath: { path: '/dev/gdrdrv' } }],
      },
    },
    'a native sidecar': {
      spec: {
        initContainers: [
          {
            name: 'sidecar',
            image: 'i',
            restartPolicy: 'Always',
            ports: [
              { containerPort: 53, protocol: 'UDP' },
              { containerPort: 53, protocol: 'TCP' },
            ],
          },
        ],
      },
    },
    'claims that exist': {
      spec: {
        resourceClaims: [{ name: 'efa', resourceClaimTemplateName: 'efas' }],
        containers: [
          { name: 'rank', resources: { claims: [{ name: 'efa' }], limits: { 'ephemeral-storage': '1Gi' } } },
        ],
      },
    },
    'variables of the pod and of a ConfigMap': rank({
      env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
      envFrom: [{ configMapRef: { name: 'c' } }],
    }),
    'a field that is removed': { spec: { securityContext: { seccompProfile: null }, dnsConfig: null } },
  };
  for (const [what, pod] of Object.entries(accepted)) {
    it(`can set ${what}`, () => assert.deepEqual(problemsOf(pod), []));
  }

  for (const [pod, expected] of [
    [
      { spec: { priorityClasName: 'x' } },
      /^pod\.spec: unknown key "priorityClasName"; did you mean "priorityClassName"\?/,
    ],
    [{ spek: {} }, /^pod: unknown key "spek"; did you mean "spec"\?/],
    [
      rank({ securityContext: { priviliged: true } }),
      /^pod\.spec\.containers\[0\]\.securityContext: unknown key "priviliged"/,
    ],
    [
      rank({ securityContext: { privileged: 'true' } }),
      /securityContext\.privileged: expected true or false, found "true"/,
    ],
    [{ spec: { priority: 1.5 } }, /^pod\.spec\.priority: expected an integer, found 1\.5/],
    [{ spec: { volumes: { name: 'x' } } }, /^pod\.spec\.volumes: expected a list, found an object/],
    [{ metadata: { annotations: { a: 1 } } }, /^pod\.metadata\.annotations\.a: expected a text, found 1/],
    [{ metadata: { labels: { a: true } } }, /^pod\.metadata\.labels\.a: expected a text, found true/],
    [{ priorityClassName: 'high' }, /^pod: unknown key "priorityClassName"; write it as spec\.priorityClassName$/],
    [{ annotations: { a: 'b' } }, /^pod: unknown key "annotations"; write it as metadata\.annotations$/],
    [{ metadata: { labels: { a: 'x y' } } }, /^pod\.metadata\.labels\.a: is not the value of a label/],
    [{ metadata: { labels: { 'a b': 'x' } } }, /^pod\.metadata\.labels\.a b: is not the key of a label/],
    [{ spec: { overhead: { cpu: 'many' } } }, /^pod\.spec\.overhead\.cpu: expected a quantity/],
    [{ spec: { volumes: [{ emptyDir: {} }] } }, /^pod\.spec\.volumes: item 0 has no name/],
    [
      {
        spec: {
          volumes: [
            { name: 'a', emptyDir: {} },
            { name: 'a', emptyDir: {} },
          ],
        },
      },
      /items 0 and 1 have the same name/,
    ],
    [
      rank({ volumeMounts: [{ name: 'nope', mountPath: '/x' }] }),
      /volumeMounts\[0\]\.name: names the volume "nope", which the pod does not have; add it to spec\.volumes/,
    ],
    [rank({ resources: { claims: [{ name: 'nope' }] } }), /claims\[0\]\.name: names the claim "nope"/],
    [{ spec: { initContainers: [{ name: 's', restartPolicy: 'Always' }] } }, /initContainers\[0\]: image is missing/],
    [
      { spec: { volumes: [{ name: 'a', emptyDir: {}, configMap: { name: 'c' } }] } },
      /volumes\[0\]: has emptyDir and configMap; a volume has one type/,
    ],
    [rank({ volumeMounts: [{ mountPath: '/x' }] }), /volumeMounts\[0\]: name is missing/],
    [{ spec: { volumes: [{ name: 'v', hostPath: {} }] } }, /^pod\.spec\.volumes\[0\]\.hostPath: path is missing/],
    [{ spec: { imagePullSecrets: [null] } }, /^pod\.spec\.imagePullSecrets\[0\]: expected an object, found nothing/],
    [
      { spec: { '$setElementOrder/containers': [] } },
      /^pod\.spec: "\$setElementOrder\/containers" is a directive that kubectl/,
    ],
    [{ spec: { securityContext: { $patch: 'remove' } } }, /\$patch is "remove"; use one of delete, replace/],
  ] as const) {
    it(`is refused by its fields: ${JSON.stringify(pod)}`, () => hasProblem(pod, expected));
  }

  for (const [pod, expected] of [
    [{ metadata: { name: 'x' } }, /^pod\.metadata\.name: cannot be patched; .*names its pods/],
    [{ metadata: { namespace: 'x' } }, /use cluster\.namespace/],
    [{ metadata: { ownerReferences: [] } }, /the run object owns all pods/],
    [
      { metadata: { finalizers: ['x'] } },
      /^pod\.metadata\.finalizers: cannot be patched; .*only labels and annotations/,
    ],
    [{ metadata: { labels: { 'app.kubernetes.io/managed-by': 'me' } } }, /by this label/],
    [{ metadata: { labels: { 'dynamo-bench/run': null } } }, /by this label/],
    [{ metadata: { labels: null } }, /^pod\.metadata\.labels: would remove what the suite itself sets there/],
    [{ metadata: { labels: { $patch: 'replace', a: 'b' } } }, /^pod\.metadata\.labels: would remove/],
    [{ spec: { restartPolicy: 'Always' } }, /runs each container once/],
    [{ spec: { activeDeadlineSeconds: 5 } }, /the timeout of the tests/],
    [{ spec: { nodeName: 'n' } }, /use nodes\.names or nodes\.selector/],
    [{ spec: { nodeSelector: { a: 'b' } } }, /use nodes\.names or nodes\.selector/],
    [{ spec: { affinity: { nodeAffinity: {} } } }, /use nodes\.names or nodes\.selector/],
    [{ spec: { affinity: { podAntiAffinity: {} } } }, /different nodes/],
    [{ spec: { affinity: null } }, /^pod\.spec\.affinity: would remove nodeAffinity/],
    [{ spec: { tolerations: [] } }, /use nodes\.tolerations/],
    [{ spec: { hostNetwork: true } }, /use cluster\.hostNetwork/],
    [{ spec: { serviceAccountName: 'admin' } }, /BENCHMARK_SERVICE_ACCOUNT/],
    [{ spec: { automountServiceAccountToken: true } }, /get no token/],
    [{ spec: { containers: null } }, /^pod\.spec\.containers: would remove rank\.image/],
    [{ spec: { containers: [{ name: 'rank', $patch: 'delete' }] } }, /^pod\.spec\.containers\[0\]: would remove/],
    [rank({ command: ['x'] }), /containers\[0\]\.command: cannot be patched/],
    [rank({ args: null }), /containers\[0\]\.args: cannot be patched; use the options of the test/],
    [rank({ image: 'x' }), /use cluster\.image$/],
    [rank({ env: [{ name: 'FI_PROVIDER', value: 'x' }] }), /env\[0\]: cannot be patched; use env, which sets it/],
    [rank({ env: [{ name: 'OF_SUITE', value: 'x' }] }), /use env, which sets it/],
    [rank({ env: [{ name: 'OF_TEST', $patch: 'delete' }] }), /use env, which sets it/],
    [rank({ env: [{ name: 'DYNAMO_BENCH_ROOT', value: '/x' }] }), /belong to the suite/],
    [rank({ env: null }), /containers\[0\]\.env: would remove/],
    [rank({ resources: { limits: { memory: '1Gi' } } }), /limits\.memory: cannot be patched; use resources\.memory/],
    [rank({ resources: { requests: { cpu: 1 } } }), /use resources\.cpu/],
    [rank({ resources: { limits: { 'rdma/ib': 1 } } }), /use resources\.devices or resources\.gpu/],
    [rank({ resources: { $patch: 'replace' } }), /resources: would remove/],
    [rank({ volumeMounts: [{ name: 'output', mountPath: '/dynamo-bench' }] }), /choose another mountPath/],
    [rank({ volumeMounts: [{ name: 'output', mountPath: '//dev/./shm/' }] }), /choose another mountPath/],
    [rank({ volumeMounts: [{ mountPath: '/host/sys/class', $patch: 'delete' }] }), /choose another mountPath/],
    [{ spec: { volumes: [{ name: 'scripts', emptyDir: {} }] } }, /the suite has a volume of this name/],
    [{ spec: { volumes: [{ name: 'shared-memory', emptyDir: {} }] } }, /resources\.sharedMemory sets its size/],
    [{ spec: { volumes: [{ $patch: 'replace' }] } }, /^pod\.spec\.volumes: would remove scripts/],
    [{ spec: { initContainers: [{ name: 'rank', image: 'x' }] } }, /the container of the suite/],
    [{ spec: { imagePullSecrets: [{ name: 'pull', $patch: 'delete' }] } }, /use cluster\.imagePullSecret/],
    [
      { spec: { resourceClaims: [{ name: 'efa', resourceClaimName: 'x' }] } },
      /resources\.claims has a claim of this name/,
    ],
  ] as const) {
    it(`cannot take from the suite what it needs: ${JSON.stringify(pod)}`, () =>
      hasProblem(pod, expected, {
        env: { OF_SUITE: null },
        cluster: { imagePullSecret: 'pull' },
        resources: { claims: [{ name: 'efa', deviceClass: 'efa.example.com' }] },
      }));
  }

  it('names the right container, and where a sidecar belongs', () => {
    const message =
      /^pod\.spec\.containers\[0\]: cannot be patched; use "rank" for the container of the suite, or move a sidecar to spec\.initContainers with restartPolicy "Always"/;
    for (const name of ['ranks', 'main', 'sidecar'])
      hasProblem({ spec: { containers: [{ name, image: 'i' }] } }, message);
  });

  it('has no secret in clear, in no container, and the message does not show it', () => {
    const env = [{ name: 'HF_TOKEN', value: 'hf_abcdefghijklmnopqrstuvwxyz012345' }];
    for (const pod of [rank({ env }), { spec: { initContainers: [{ name: 'i', image: 'i', env }] } }]) {
      hasProblem(pod, /env\[0\]\.value: looks like a secret/);
      assert.doesNotMatch(problemsOf(pod).join(), /hf_abc/);
    }
    const command = { spec: { initContainers: [{ name: 'i', image: 'i', args: ['--token', 'abcdefgh12345678'] }] } };
    assert.throws(() => parseSuite({ name: 's', tests: TESTS, pod: command }), /args\[1\]: looks like a secret/);
  });

  it('does not take names of keys and Secrets for secrets', () => {
    const spec = {
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'topology.kubernetes.io/zone' }],
        },
      },
      initContainers: [
        {
          name: 'i',
          image: 'i',
          env: [{ name: 'HF_TOKEN', valueFrom: { secretKeyRef: { name: 'hf-token', key: 'token' } } }],
        },
      ],
      volumes: [{ name: 'model', secret: { secretName: 'hf-token', items: [{ key: 'token', path: 'token' }] } }],
    };
    assert.deepEqual(parseSuite({ name: 's', tests: TESTS, pod: { spec } }).pod, { spec });
  });

  it('has a limited size', () => {
    hasProblem(
      { metadata: { annotations: { a: 'x'.repeat(40_000) } } },
      /^pod: has 4\d{4} characters as JSON; at most 32768/,
    );
  });

  it('of Dynamo’s workers has its own container and keys', () => {
    const dynamo = (pod: unknown) => ({
      dynamo: {
        model: { name: 'm', tokenSecret: 'hf' },
        env: { OF_SPEC: '1' },
        tests: [{ name: 'load', tool: 'inference' }],
        pod,
      },
    });
    const main = (fields: object) => dynamo({ spec: { containers: [{ name: 'main', ...fields }] } });
    assert.deepEqual(
      problemsOf(undefined, dynamo({ spec: { hostNetwork: true, terminationGracePeriodSeconds: 60 } })),
      [],
    );
    hasProblem(
      undefined,
      /^dynamo\.pod\.spec\.containers\[0\]: .*use "main"/,
      dynamo({ spec: { containers: [{ name: 'rank' }] } }),
    );
    hasProblem(undefined, /image: cannot be patched; use dynamo\.image/, main({ image: 'x' }));
    hasProblem(undefined, /args: cannot be patched; use dynamo\.engine\.extraArguments/, main({ args: ['x'] }));
    hasProblem(undefined, /use dynamo\.env, which sets it/, main({ env: [{ name: 'OF_SPEC', value: '2' }] }));
    hasProblem(undefined, /use dynamo\.env/, main({ env: [{ name: 'TRTLLM_NIXL_KVCACHE_BACKEND', value: 'UCX' }] }));
    const { dynamo: block } = main({ env: [{ name: 'NIXL_TELEMETRY_ENABLE', value: 'n' }] });
    hasProblem(undefined, /use dynamo\.env/, { dynamo: { ...block, transfer: { nixlTelemetry: true } } });
    hasProblem(undefined, /envFrom: cannot be patched; use dynamo\.model\.tokenSecret/, main({ envFrom: [] }));
    hasProblem(undefined, /use dynamo\.resources\.memory/, main({ resources: { limits: { memory: '1Gi' } } }));
  });
});

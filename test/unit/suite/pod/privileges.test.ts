import assert from 'node:assert/strict';
import { refuseUnlisted } from '../../../../activities/context/allow-lists.js';
import { parseSuite } from '../../../../suite/plan/check-suite.js';
import { applyPodPatch } from '../../../../suite/pod/apply-patch.js';
import { namedThings } from '../../../../suite/pod/named-things.js';
import { privilegeOf, privilegesOf } from '../../../../suite/pod/privileges.js';
import { requestsOfSpec } from '../../../../suite/spec/requests.js';
import { failureOfClass } from '../../../support/failure-of-class.js';

const suite = (pod: object, others: object = {}) =>
  parseSuite({ name: 's', tests: [{ name: 't', tool: 'nixlbench', backend: 'UCX' }], pod, ...others });
const rank = (securityContext: object) => ({ spec: { containers: [{ name: 'rank', securityContext }] } });
const OWN = {
  spec: {
    containers: [
      {
        name: 'rank',
        image: 'i',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['IPC_LOCK'] } },
      },
    ],
  },
};

/** Returns what a spec asks for beyond the images and Secrets of its other keys. */
const askedBy = (pod: object) =>
  requestsOfSpec(suite(pod))
    .filter(({ field }) => field.startsWith('pod.'))
    .map(({ kind, field, value }) => `${kind} ${value} ${field}`);

describe('what a patch asks for', () => {
  for (const [pod, ...expected] of [
    [rank({ privileged: true }), 'privilege privileged pod.spec.containers[0].securityContext.privileged'],
    [
      rank({ capabilities: { add: ['IPC_LOCK', 'CAP_SYS_PTRACE'] } }),
      'privilege capability:SYS_PTRACE pod.spec.containers[0].securityContext.capabilities.add',
    ],
    [
      rank({ capabilities: { drop: [] } }),
      'privilege capability:default pod.spec.containers[0].securityContext.capabilities.drop',
    ],
    [
      rank({ allowPrivilegeEscalation: true }),
      'privilege escalation pod.spec.containers[0].securityContext.allowPrivilegeEscalation',
    ],
    [rank({ procMount: 'Unmasked' }), 'privilege procMount:Unmasked pod.spec.containers[0].securityContext.procMount'],
    [
      rank({ seLinuxOptions: { type: 'spc_t' } }),
      'privilege seLinux pod.spec.containers[0].securityContext.seLinuxOptions',
    ],
    [
      { metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/rank': 'unconfined' } } },
      'privilege appArmor:Unconfined pod.metadata.annotations.container.apparmor.security.beta.kubernetes.io/rank',
    ],
    [{ spec: { hostPID: true } }, 'privilege hostPID pod.spec.hostPID'],
    [{ spec: { hostIPC: true } }, 'privilege hostIPC pod.spec.hostIPC'],
    [
      { spec: { securityContext: { sysctls: [{ name: 'net.x', value: '1' }] } } },
      'privilege sysctl:net.x pod.spec.securityContext.sysctls[0]',
    ],
    [
      { spec: { volumes: [{ name: 'v', hostPath: { path: '/dev' } }] } },
      'privilege hostPath:/dev pod.spec.volumes[0].hostPath',
    ],
    [
      { spec: { volumes: [{ name: 'v', hostPath: { path: '/sys/class/../..' } }] } },
      'privilege hostPath:/sys/class/../.. pod.spec.volumes[0].hostPath',
    ],
    [
      { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] } },
      'privilege volume:persistentVolumeClaim pod.spec.volumes[0].persistentVolumeClaim',
    ],
    [
      {
        spec: {
          volumes: [
            { name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }, { secret: { name: 'x' } }] } },
          ],
        },
      },
      'privilege volume:serviceAccountToken pod.spec.volumes[0].projected.sources[0]',
      'secret x pod.spec.volumes[0].projected.sources[1].secret',
    ],
    [
      { spec: { volumes: [{ name: 'v', csi: { driver: 'd', nodePublishSecretRef: { name: 'y' } } }] } },
      'privilege volume:csi pod.spec.volumes[0].csi',
      'secret y pod.spec.volumes[0].csi.nodePublishSecretRef',
    ],
    [
      { spec: { volumes: [{ name: 'v', secret: { secretName: 'z' } }] } },
      'secret z pod.spec.volumes[0].secret.secretName',
    ],
    [{ spec: { volumes: [{ name: 'v', image: { reference: 'evil:1' } }] } }, 'image evil:1 pod.spec.volumes[0].image'],
    [{ spec: { imagePullSecrets: [{ name: 'pull' }] } }, 'secret pull pod.spec.imagePullSecrets[0]'],
    [
      {
        spec: {
          initContainers: [
            {
              name: 'i',
              image: 'evil:2',
              envFrom: [{ secretRef: { name: 'all' } }],
              env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'one', key: 'k' } } }],
              ports: [{ containerPort: 1, hostPort: 1 }],
              readinessProbe: { httpGet: { host: '169.254.169.254', port: 80 } },
            },
          ],
        },
      },
      'privilege hostPort pod.spec.initContainers[0].ports[0].hostPort',
      'privilege probeHost pod.spec.initContainers[0].readinessProbe',
      'image evil:2 pod.spec.initContainers[0].image',
      'secret one pod.spec.initContainers[0].env[0].valueFrom.secretKeyRef',
      'secret all pod.spec.initContainers[0].envFrom[0].secretRef',
    ],
    [rank({ runAsUser: 0 })],
    [{ spec: { volumes: [{ name: 'v', emptyDir: {} }], schedulerName: 'x', runtimeClassName: 'y' } }],
  ] as const) {
    it(`${expected.join(', ') || 'is nothing'}: ${JSON.stringify(pod)}`, () =>
      assert.deepEqual(askedBy(pod).sort(), expected.toSorted()));
  }

  it('is refused without a list of the worker, except the network of the node and volumes of the cluster', () => {
    const check = (pod: object, lists = {}, others = {}) => refuseUnlisted(lists, requestsOfSpec(suite(pod, others)));
    const privileged = rank({ privileged: true });
    assert.throws(
      () => check(privileged),
      failureOfClass('NotAllowed', /securityContext\.privileged is "privileged", which ALLOWED_PRIVILEGES/),
    );
    assert.throws(() => check(privileged, { privilege: ['hostPath:*'] }), failureOfClass('NotAllowed'));
    check(privileged, { privilege: ['privileged'] });
    check(
      { spec: { volumes: [{ name: 'v', hostPath: { path: '/dev/gdrdrv' } }] } },
      { privilege: ['hostPath:/dev/*'] },
    );
    check({ spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] } });
    check({}, {}, { cluster: { hostNetwork: true } });
    assert.throws(
      () => check({}, { privilege: ['none'] }, { cluster: { hostNetwork: true } }),
      failureOfClass('NotAllowed', /^cluster\.hostNetwork/),
    );
  });
});

describe('the containers of a patched pod', () => {
  const patched = (pod: object) =>
    applyPodPatch(OWN, suite(pod).pod).spec as {
      containers: { securityContext: object }[];
      initContainers?: { securityContext: object }[];
    };

  it('are closed unless the patch says otherwise, also after a replacement', () => {
    const closed = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
    assert.deepEqual(
      patched({ spec: { initContainers: [{ name: 'i', image: 'i' }] } }).initContainers?.[0]?.securityContext,
      closed,
    );
    assert.deepEqual(patched(rank({ $patch: 'replace', runAsUser: 0 })).containers[0]?.securityContext, {
      ...closed,
      runAsUser: 0,
    });
  });

  it('are privileged without fields that contradict it', () => {
    assert.deepEqual(patched(rank({ privileged: true })).containers[0]?.securityContext, { privileged: true });
  });

  it('can escalate with SYS_ADMIN, with which Kubernetes refuses to forbid it', () => {
    assert.deepEqual(patched(rank({ capabilities: { add: ['SYS_ADMIN'] } })).containers[0]?.securityContext, {
      capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] },
    });
  });

  it('ask in the cluster for what the patch asks for in the spec', () => {
    for (const pod of [
      rank({ privileged: true }),
      rank({ capabilities: { drop: [], add: ['SYS_ADMIN'] } }),
      { spec: { hostPID: true } },
    ]) {
      const names = (things: readonly { readonly value: string; readonly kind: string }[]) =>
        things.filter(({ kind }) => kind === 'privilege').map(({ value }) => value);
      assert.deepEqual(
        names(namedThings({ ...OWN, ...applyPodPatch(OWN, suite(pod).pod) })),
        names(requestsOfSpec(suite(pod))),
      );
    }
    assert.deepEqual(privilegesOf(OWN.spec), []);
  });

  it('have a privilege with a name for the record', () => {
    const named = (securityContext: unknown) => privilegeOf({ securityContext });
    assert.equal(privilegeOf(OWN.spec.containers[0]), 'IPC_LOCK');
    assert.equal(named({ privileged: true, capabilities: { drop: ['ALL'] } }), 'privileged');
    assert.equal(
      named({ capabilities: { drop: ['all'], add: ['CAP_SYS_PTRACE', 'IPC_LOCK'] } }),
      'IPC_LOCK, SYS_PTRACE',
    );
    assert.equal(named({ capabilities: { add: ['IPC_LOCK'] } }), 'default capabilities, IPC_LOCK');
    assert.equal(named({ capabilities: { drop: ['ALL'] } }), 'none');
    assert.equal(named(undefined), 'default capabilities');
  });
});

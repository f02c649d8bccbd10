import type { Container, Job, KubernetesObject, Pod, PodSpec } from '../../kubernetes/client/objects.js';
import { DEPLOYMENT, JOB, POD, SERVICE } from '../../kubernetes/client/resources.js';
import { MANAGED_BY } from '../../suite/run/run.js';

/** An object that the worker must not be able to create, and the answer of the API server. */
export interface RefusedObject {
  readonly what: string;
  readonly object: KubernetesObject;
  readonly answer: RegExp;
}

type Change = (spec: PodSpec, container: Container) => void;

/** The same fault in the spec of a pod, with the answer to it. */
interface Fault {
  readonly what: string;
  readonly change: Change;
  readonly answer: RegExp;
}

const SYSFS = { name: 'sysfs', hostPath: { path: '/sys/class' } };

const FAULTS: readonly Fault[] = [
  {
    what: 'an image that is not listed',
    change: (_, container) => (container.image = 'docker.io/library/busybox:latest'),
    answer: /policy\.images in the values of Helm release \S+ does not list image docker\.io\/library\/busybox:latest/,
  },
  {
    what: 'a listed image with something before it',
    change: (_, container) => (container.image = 'evil.example/localhost/bench:1'),
    answer: /does not list image evil\.example\/localhost\/bench:1/,
  },
  {
    what: 'an init container with an image that is not listed',
    change: (spec, container) => (spec.initContainers = [{ ...container, name: 'init', image: 'busybox' }]),
    answer: /does not list image busybox/,
  },
  {
    what: 'hostPath /',
    change: (spec) => (spec.volumes = [{ name: 'node', hostPath: { path: '/' } }]),
    answer: /volume node \(\/\) is neither/,
  },
  {
    what: 'another spelling of hostPath /sys/class',
    change: (spec) => (spec.volumes = [{ name: 'node', hostPath: { path: '/sys/class//' } }]),
    answer: /volume node \(\/sys\/class\/\/\) is neither/,
  },
  {
    what: 'hostPath /sys/class, mounted writable',
    change: (spec, container) => {
      spec.volumes = [SYSFS];
      container.volumeMounts = [{ name: 'sysfs', mountPath: '/host/sys/class' }];
    },
    answer: /container main mounts a hostPath without readOnly: true/,
  },
  {
    what: 'a persistent volume claim',
    change: (spec) => (spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'results' } }]),
    answer: /volume data is neither/,
  },
  {
    what: 'a projected token of the service account',
    change: (spec) => {
      const sources = [{ serviceAccountToken: { path: 'token' } }];
      spec.volumes = [{ name: 'token', projected: { sources } }];
    },
    answer: /volume token is neither/,
  },
  {
    what: 'a mounted token of the service account',
    change: (spec) => (spec.automountServiceAccountToken = true),
    answer: /automountServiceAccountToken: false|volume kube-api-access-\w+ is neither/,
  },
  {
    what: 'privileged',
    change: (_, container) => (container.securityContext = { privileged: true, capabilities: { drop: ['ALL'] } }),
    answer: /container main is privileged; policy\.privileged/,
  },
  {
    what: 'the capability SYS_PTRACE',
    change: (_, container) => {
      container.securityContext = {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'], add: ['SYS_PTRACE'] },
      };
    },
    answer: /container main does not drop all capabilities, or adds one that is not IPC_LOCK/,
  },
  {
    what: 'the default capabilities',
    change: (_, container) => (container.securityContext = { allowPrivilegeEscalation: false }),
    answer: /container main does not drop all capabilities/,
  },
  {
    what: 'no security context',
    change: (_, container) => delete container.securityContext,
    answer: /container main does not set allowPrivilegeEscalation: false/,
  },
  {
    what: 'hostNetwork',
    change: (spec) => (spec.hostNetwork = true),
    answer: /the pod uses hostNetwork; policy\.hostNetwork/,
  },
  { what: 'hostPID', change: (spec) => (spec.hostPID = true), answer: /the pod uses hostPID or hostIPC/ },
  { what: 'hostIPC', change: (spec) => (spec.hostIPC = true), answer: /the pod uses hostPID or hostIPC/ },
  {
    what: 'a port of the node',
    change: (_, container) => (container.ports = [{ containerPort: 80, hostPort: 80 }]),
    answer: /container main uses a port or block device of the node/,
  },
  {
    what: 'a sysctl',
    change: (spec) => (spec.securityContext = { sysctls: [{ name: 'kernel.shm_rmid_forced', value: '1' }] }),
    answer: /the pod sets sysctls/,
  },
  {
    what: 'another service account',
    change: (spec) => (spec.serviceAccountName = 'default'),
    answer: /another service account than \S+-benchmark/,
  },
  {
    what: 'a Secret that is not listed, as a variable',
    change: (_, container) => {
      const secretKeyRef = { name: 'database', key: 'password' };
      container.env = [
        { name: 'PLAIN', value: '1' },
        { name: 'PASSWORD', valueFrom: { secretKeyRef } },
      ];
    },
    answer: /policy\.secrets in the values of Helm release \S+ does not list Secret database/,
  },
  {
    what: 'a Secret that is not listed, as all variables',
    change: (_, container) => (container.envFrom = [{ secretRef: { name: 'database' } }]),
    answer: /does not list Secret database/,
  },
  {
    what: 'a Secret that is not listed, as a volume',
    change: (spec) => (spec.volumes = [{ name: 'secret', secret: { secretName: 'database' } }]),
    answer: /does not list Secret database/,
  },
  {
    what: 'a Secret that is not listed, for the pull',
    change: (spec) => (spec.imagePullSecrets = [{ name: 'hf-token-secret' }, { name: 'registry' }]),
    answer: /does not list Secret registry/,
  },
];

/**
 * Lists what the worker must not be able to create in its namespace for benchmarks.
 *
 * @param serviceAccount service account of its pods
 */
export function refusedObjects(namespace: string, serviceAccount: string): RefusedObject[] {
  const metadata = { name: 'refused', namespace, labels: { ...MANAGED_BY } };
  const pod = (change: Change = () => undefined): Pod => {
    const spec = harmlessPod(serviceAccount);
    const [container] = spec.containers;
    if (container) change(spec, container);
    return { ...POD, metadata, spec };
  };
  const image = FAULTS.slice(0, 1).map(({ change }) => pod(change));
  const templates = image.flatMap(({ spec }) => {
    const template = { metadata: { labels: { ...MANAGED_BY } }, spec };
    const selector = { matchLabels: { ...MANAGED_BY } };
    const job: Job = {
      ...JOB,
      metadata,
      spec: { template: { ...template, spec: { ...spec, restartPolicy: 'Never' } } },
    };
    return [{ ...DEPLOYMENT, metadata, spec: { selector, template } } as KubernetesObject, job];
  });
  return [
    ...FAULTS.map(({ what, change, answer }) => ({ what: `a pod with ${what}`, object: pod(change), answer })),
    ...templates.map((object) => ({
      what: `a ${object.kind} whose pods have an image that is not listed`,
      object,
      answer: /does not list image docker\.io\/library\/busybox:latest/,
    })),
    {
      what: 'a pod without the label of the suite',
      object: { ...pod(), metadata: { ...metadata, labels: {} } },
      answer: /no label app\.kubernetes\.io\/managed-by=dynamo-bench/,
    },
    {
      what: 'a Service of type NodePort',
      object: { ...SERVICE, metadata, spec: { type: 'NodePort', ports: [{ port: 80 }] } },
      answer: /the Service is reachable from outside the cluster/,
    },
    {
      what: 'a Service with the address of another host',
      object: { ...SERVICE, metadata, spec: { externalIPs: ['192.0.2.1'], ports: [{ port: 80 }] } },
      answer: /the Service is reachable from outside the cluster/,
    },
  ];
}

/** The spec of a pod that the policy allows. */
export function harmlessPod(serviceAccountName: string): PodSpec {
  return {
    serviceAccountName,
    automountServiceAccountToken: false,
    restartPolicy: 'Always',
    containers: [
      {
        name: 'main',
        image: 'localhost/bench:1',
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['IPC_LOCK'] } },
      },
    ],
  };
}

import { createHash } from 'node:crypto';
import type { Container, KubernetesObject, OwnerReference } from '../../kubernetes/client/objects.js';

/** What the Dynamo operator makes from a DynamoGraphDeployment, as it was seen to: names, labels, environment, probes. */

export interface GraphComponent {
  readonly name: string;
  readonly type: string;
  readonly replicas?: number;
  readonly podTemplate: {
    readonly metadata?: {
      readonly labels?: Record<string, string>;
      readonly annotations?: Record<string, string>;
    };
    readonly spec: Record<string, unknown> & { readonly containers: Container[] };
  };
}

export interface Graph extends KubernetesObject {
  readonly spec: { readonly components: readonly GraphComponent[] };
}

const API = 'nvidia.com/v1beta1';

/** Name of the Deployment and Service of a component. Those of workers hold a hash of what the workers are. */
export function componentName(graph: Graph, component: GraphComponent): string {
  const base = `${graph.metadata.name}-${component.name.toLowerCase()}`;
  return component.type === 'frontend' ? base : `${base}-${workersHash(graph)}`;
}

/** @param linger seconds for which a pod runs on after it was told to end */
export function graphObjects(graph: Graph, linger: number): KubernetesObject[] {
  return [
    ...discoveryObjects(graph),
    ...graph.spec.components.flatMap((component) => [
      deploymentOf(graph, component, linger),
      serviceOf(graph, component),
    ]),
  ];
}

/** What the operator makes in each namespace with a deployment, without an owner, and leaves there. */
export function plannerObjects(namespace: string): KubernetesObject[] {
  const name = 'planner-serviceaccount';
  const rbac = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: `${name}-binding`, namespace },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'dynamo-operator-planner' },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
}

function workersHash({ spec }: Graph): string {
  const workers = spec.components.filter(({ type }) => type !== 'frontend').map(({ podTemplate }) => podTemplate);
  return createHash('sha256').update(JSON.stringify(workers)).digest('hex').slice(0, 8);
}

function owned(graph: Graph, name: string, labels: Record<string, string> = {}) {
  const owner: OwnerReference & Record<string, unknown> = {
    apiVersion: API,
    kind: 'DynamoGraphDeployment',
    name: graph.metadata.name,
    uid: graph.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
  return { name, namespace: graph.metadata.namespace ?? '', labels, ownerReferences: [owner] };
}

/** The right of the pods to find each other by the API server. */
function discoveryObjects(graph: Graph): KubernetesObject[] {
  const { namespace } = graph.metadata;
  const name = discoveryAccount(graph);
  const rbac = 'rbac.authorization.k8s.io';
  const read = ['get', 'list', 'watch'];
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: owned(graph, name) },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: owned(graph, `${name}-role`),
      rules: [
        { apiGroups: [''], resources: ['endpoints', 'pods'], verbs: read },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
        {
          apiGroups: ['nvidia.com'],
          resources: ['dynamoworkermetadatas'],
          verbs: [...read, 'create', 'update', 'patch', 'delete'],
        },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: owned(graph, `${name}-binding`),
      roleRef: { apiGroup: rbac, kind: 'Role', name: `${name}-role` },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
}

function discoveryAccount({ metadata }: Graph): string {
  return `${metadata.name}-k8s-service-discovery`;
}

function runtimeNamespace({ metadata }: Graph): string {
  return `${metadata.namespace}-${metadata.name}`;
}

function componentLabels(graph: Graph, { name, type }: GraphComponent): Record<string, string> {
  return {
    'nvidia.com/dynamo-component': name,
    'nvidia.com/dynamo-component-type': type,
    'nvidia.com/dynamo-namespace': runtimeNamespace(graph),
  };
}

function deploymentOf(graph: Graph, component: GraphComponent, linger: number): KubernetesObject {
  const { type, replicas = 1, podTemplate } = component;
  const name = componentName(graph, component);
  const selector = { 'nvidia.com/selector': name };
  const graphLabel = { 'nvidia.com/dynamo-graph-deployment-name': graph.metadata.name };
  const worker = type !== 'frontend';
  const [main, ...others] = podTemplate.spec.containers;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: owned(graph, name, graphLabel),
    spec: {
      replicas,
      selector: { matchLabels: selector },
      template: {
        metadata: {
          ...podTemplate.metadata,
          labels: {
            ...podTemplate.metadata?.labels,
            ...graphLabel,
            ...componentLabels(graph, component),
            ...selector,
            'nvidia.com/dynamo-discovery-backend': 'kubernetes',
            'nvidia.com/dynamo-discovery-enabled': 'true',
            ...(worker ? { 'nvidia.com/dynamo-worker-hash': workersHash(graph) } : {}),
          },
        },
        spec: {
          ...podTemplate.spec,
          serviceAccountName: discoveryAccount(graph),
          terminationGracePeriodSeconds: 60,
          volumes: [
            ...((podTemplate.spec.volumes as object[]) ?? []),
            { name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: '8Gi' } },
          ],
          containers: [
            {
              ...main,
              env: [...(main?.env ?? []), ...environment(graph, component)],
              volumeMounts: [
                ...((main?.volumeMounts as object[]) ?? []),
                { name: 'shared-memory', mountPath: '/dev/shm' },
              ],
              ...(worker ? WORKER : FRONTEND),
              ...(linger > 0 ? { lifecycle: { preStop: { sleep: { seconds: linger } } } } : {}),
            },
            ...others,
          ],
        },
      },
    },
  };
}

const get = (path: string, port: string) => ({ httpGet: { path, port }, periodSeconds: 1 });

/** Shorter periods than the operator's, which would make every start 10 s longer. */
const FRONTEND = {
  ports: [{ name: 'http', containerPort: 8000 }],
  livenessProbe: { ...get('/live', 'http'), initialDelaySeconds: 15 },
  readinessProbe: get('/health', 'http'),
};

const WORKER = {
  ports: [{ name: 'system', containerPort: 9090 }],
  startupProbe: { ...get('/live', 'system'), failureThreshold: 720 },
  readinessProbe: get('/health', 'system'),
};

function environment(graph: Graph, { type }: GraphComponent): object[] {
  const { name, namespace } = graph.metadata;
  const values = {
    DYN_NAMESPACE: runtimeNamespace(graph),
    DYN_COMPONENT: type,
    DYN_DISCOVERY_BACKEND: 'kubernetes',
    DYN_PARENT_DGD_K8S_NAME: name,
    DYN_PARENT_DGD_K8S_NAMESPACE: namespace ?? '',
    ...(type === 'frontend'
      ? { DYNAMO_PORT: '8000', DYN_HTTP_PORT: '8000', DYN_NAMESPACE_PREFIX: runtimeNamespace(graph) }
      : {
          DYN_SYSTEM_ENABLED: 'true',
          DYN_SYSTEM_PORT: '9090',
          DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS: '["generate"]',
          DYN_HEALTH_CHECK_ENABLED: 'false',
          DYN_NAMESPACE_WORKER_SUFFIX: workersHash(graph),
        }),
  };
  const fields = { POD_NAME: 'metadata.name', POD_NAMESPACE: 'metadata.namespace', POD_UID: 'metadata.uid' };
  return [
    ...Object.entries(values).map(([key, value]) => ({ name: key, value })),
    ...Object.entries(fields).map(([key, fieldPath]) => ({ name: key, valueFrom: { fieldRef: { fieldPath } } })),
  ];
}

function serviceOf(graph: Graph, component: GraphComponent): KubernetesObject {
  const port =
    component.type === 'frontend'
      ? { name: 'http', port: 8000, targetPort: 'http' }
      : { name: 'system', port: 9090, targetPort: 'system' };
  const labels = {
    'nvidia.com/dynamo-discovery-backend': 'kubernetes',
    'nvidia.com/dynamo-discovery-enabled': 'true',
  };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: owned(graph, componentName(graph, component), labels),
    spec: { selector: componentLabels(graph, component), ports: [port] },
  };
}

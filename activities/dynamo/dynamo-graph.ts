import { readManifest, readManifestObject } from '../../kubernetes/client/manifest.js';
import type { Container, Deployment, KubernetesObject } from '../../kubernetes/client/objects.js';
import {
  FRONTEND_PORT,
  frontendName,
  GRAPH_LABEL,
  graphName,
  KEPT_LABEL,
  ROLE_LABEL,
} from '../../suite/cluster/dynamo-names.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import { COMPONENT_LABEL, MANAGED_BY, type Run } from '../../suite/run/run.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import type { InferenceSpec } from '../../suite/spec/inference-tests.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { kubernetesQuantity } from '../../suite/units/units.js';
import { showNodeSysfs } from '../pods/node-sysfs.js';

/** What makes a deployment what it is. */
export interface GraphInput {
  readonly run: Run;
  readonly dynamo: Omit<DynamoSpec, 'tests'>;
  readonly topology: InferenceSpec['topology'];
  readonly pair: Pair;
  readonly cluster: Pick<SuiteSpec['cluster'], 'imagePullPolicy' | 'imagePullSecret' | 'etcdImage'>;
  readonly resourceNames: { readonly gpu: string; readonly efa: string };
  readonly tolerations: SuiteSpec['nodes']['tolerations'];
  /** Of the pods: whose they are. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The deployment is to stay after the run. */
  readonly keep: boolean;
  /** Bytes per second that a simulated engine pretends its network has; undefined: it does not pause at all. */
  readonly kvRate?: number | undefined;
  /** Bytes that a simulated engine sends for each prompt token. */
  readonly kvBytesPerToken?: number | undefined;
}

/** Which deployment is meant. */
export type GraphPlace = Pick<GraphInput, 'run' | 'dynamo'>;

type Role = 'prefill' | 'decode' | 'worker';

interface PodSpec {
  containers: Container[];
  [field: string]: unknown;
}

interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Readonly<Record<string, string>> };
  spec: PodSpec;
}

interface Component {
  name: string;
  type: string;
  replicas: number;
  podTemplate: PodTemplate;
  [field: string]: unknown;
}

/**
 * Workers by role, each with the node it runs on. Prefill is on node2, because nixlbench's initiator is there: the KV
 * cache then takes the way that was measured. Aggregated, the same number of workers stands on the same nodes.
 */
function workersOf(
  { dynamo, pair }: Pick<GraphInput, 'dynamo' | 'pair'>,
  topology: InferenceSpec['topology'],
): { readonly name: string; readonly role: Role; readonly node: string; readonly replicas: number }[] {
  const { prefill, decode } = dynamo.replicas;
  return topology === 'disaggregated'
    ? [
        { name: 'prefill', role: 'prefill', node: pair.node2, replicas: prefill },
        { name: 'decode', role: 'decode', node: pair.node1, replicas: decode },
      ]
    : [
        { name: 'worker-2', role: 'worker', node: pair.node2, replicas: prefill },
        { name: 'worker-1', role: 'worker', node: pair.node1, replicas: decode },
      ];
}

/** All objects of a deployment, without owner and run labels. */
export async function graphObjects(input: GraphInput): Promise<KubernetesObject[]> {
  return input.dynamo.deployWith === 'operator' ? [await operatorGraph(input)] : plainObjects(input);
}

async function operatorGraph(input: GraphInput): Promise<KubernetesObject> {
  const { dynamo } = input;
  const graph = structuredClone(await readManifestObject('dynamo/trtllm-disaggregated.yaml', 'DynamoGraphDeployment'));
  const spec = graph.spec as { components: Component[]; [field: string]: unknown };
  const [frontend] = spec.components.filter(({ type }) => type === 'frontend');
  const template = spec.components.find(({ type }) => type === 'prefill');
  if (!frontend || !template) throw new Error('the Dynamo manifest holds no frontend or no prefill component');
  const workers = workersOf(input, input.topology).map(({ name, role, node, replicas }): Component => {
    const component = structuredClone(template);
    Object.assign(component, { name, type: role, replicas });
    component.podTemplate.metadata = podMetadata(input, role);
    fillPod(component.podTemplate.spec, input, dynamo.image);
    fillDynamo(component.podTemplate.spec, input);
    fillWorker(component.podTemplate.spec, input, role, node);
    return component;
  });
  frontend.podTemplate.metadata = podMetadata(input, 'frontend');
  fillPod(frontend.podTemplate.spec, input, dynamo.image);
  fillDynamo(frontend.podTemplate.spec, input);
  spec.components = [frontend, ...workers];
  if (dynamo.runtimeVersion !== undefined) {
    for (const component of spec.components) component.runtimeVersionOverride = dynamo.runtimeVersion;
  }
  graph.metadata.name = graphName(input.run, dynamo);
  return graph;
}

async function plainObjects(input: GraphInput): Promise<KubernetesObject[]> {
  const objects = structuredClone(await readManifest('dynamo/components.yaml'));
  const graph = graphName(input.run, input.dynamo);
  return objects.flatMap((object): KubernetesObject[] => {
    const component = object.metadata.name.replace(/^dynamo-/, '');
    if (object.kind === 'Service') return [plainService(object, graph, component, input)];
    const deployment = object as Deployment & { spec: { template: PodTemplate } };
    if (component !== 'worker') return [plainDeployment(deployment, graph, component, component, input)];
    return workersOf(input, input.topology).map(({ name, role, node, replicas }) => {
      const worker = plainDeployment(structuredClone(deployment), graph, name, role, input);
      worker.spec.replicas = replicas;
      fillWorker(worker.spec.template.spec, input, role, node);
      return worker;
    });
  });
}

function plainService(object: KubernetesObject, graph: string, component: string, input: GraphInput): KubernetesObject {
  object.metadata.name = `${graph}-${component}`;
  Object.assign(object.spec as object, { selector: plainSelector(input, component) });
  return object;
}

function plainSelector({ run }: GraphInput, component: string): Record<string, string> {
  return { [GRAPH_LABEL]: run.key, 'dynamo-bench/graph-component': component };
}

function plainDeployment(
  object: Deployment & { spec: { template: PodTemplate; [field: string]: unknown } },
  graph: string,
  component: string,
  role: string,
  input: GraphInput,
): Deployment & { spec: { template: PodTemplate; [field: string]: unknown } } {
  object.metadata.name = `${graph}-${component}`;
  const selector = plainSelector(input, component);
  object.spec.selector = { matchLabels: selector };
  const { template } = object.spec;
  const { labels, annotations } = podMetadata(input, role);
  template.metadata = { labels: { ...labels, ...selector }, annotations };
  if (component === 'discovery') {
    fillPod(template.spec, input, input.cluster.etcdImage);
    return object;
  }
  fillPod(template.spec, input, input.dynamo.image);
  setEnvironment(mainContainer(template.spec), { ETCD_ENDPOINTS: `http://${graph}-discovery:2379` });
  fillDynamo(template.spec, input);
  return object;
}

function podMetadata({ run, annotations, keep }: GraphInput, role: string) {
  const labels = {
    ...MANAGED_BY,
    [COMPONENT_LABEL]: role,
    [GRAPH_LABEL]: run.key,
    [ROLE_LABEL]: role,
    ...(keep ? { [KEPT_LABEL]: 'true' } : {}),
  };
  return { labels, annotations };
}

/** What every pod of the deployment is given. */
function fillPod(spec: PodSpec, { cluster, tolerations }: GraphInput, image: string): void {
  const container = mainContainer(spec);
  container.image = image;
  container.imagePullPolicy = cluster.imagePullPolicy;
  spec.tolerations = tolerations;
  if (cluster.imagePullSecret) spec.imagePullSecrets = [{ name: cluster.imagePullSecret }];
}

/** What every pod is given that runs Dynamo. */
function fillDynamo(spec: PodSpec, { dynamo }: GraphInput): void {
  const container = mainContainer(spec);
  setEnvironment(container, dynamo.env);
  const { tokenSecret } = dynamo.model;
  if (tokenSecret === undefined) delete container.envFrom;
  else container.envFrom = [{ secretRef: { name: tokenSecret } }];
}

/** Each variable takes the place of one of the same name: the API server refuses a name that comes twice. */
function setEnvironment(container: Container, variables: Readonly<Record<string, string>>): void {
  container.env = [
    ...(container.env ?? []).filter(({ name }) => !Object.hasOwn(variables, name)),
    ...Object.entries(variables).map(([name, value]) => ({ name, value })),
  ];
}

function fillWorker(spec: PodSpec, input: GraphInput, role: Role, node: string): void {
  const { dynamo, resourceNames } = input;
  const container = mainContainer(spec);
  const { engine, resources, transfer } = dynamo;
  container.command = ['python3', '-m', engine.kind === 'mocker' ? 'dynamo.mocker' : 'dynamo.trtllm'];
  container.args = [...engineArguments(input, role), ...engine.extraArguments];
  if (engine.kind === 'trtllm') setEnvironment(container, { TRTLLM_NIXL_KVCACHE_BACKEND: transfer.backend });
  const fixed = {
    ...(resources.gpu > 0 ? { [resourceNames.gpu]: String(resources.gpu) } : {}),
    ...(resources.efa > 0 ? { [resourceNames.efa]: String(resources.efa) } : {}),
    ...(resources.hugepages2Mi > 0 ? { 'hugepages-2Mi': kubernetesQuantity(resources.hugepages2Mi) } : {}),
    memory: kubernetesQuantity(resources.memory),
  };
  container.resources = { requests: { ...fixed, cpu: String(resources.cpu) }, limits: fixed };
  // The operator mounts one of its own there.
  if (dynamo.deployWith === 'manifests') {
    container.volumeMounts = [{ name: 'shared-memory', mountPath: '/dev/shm' }];
    spec.volumes = [
      { name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: kubernetesQuantity(resources.sharedMemory) } },
    ];
  }
  showNodeSysfs(spec, container, resources.efa);
  spec.affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
      },
    },
    ...(role === 'worker' ? {} : { podAntiAffinity: apartFrom(role === 'prefill' ? 'decode' : 'prefill', input) }),
  };
}

function apartFrom(role: Role, { run }: GraphInput): object {
  return {
    requiredDuringSchedulingIgnoredDuringExecution: [
      {
        topologyKey: 'kubernetes.io/hostname',
        labelSelector: { matchLabels: { [ROLE_LABEL]: role, [GRAPH_LABEL]: run.key } },
      },
    ],
  };
}

function engineArguments(input: GraphInput, role: Role): string[] {
  const { dynamo, kvRate, kvBytesPerToken } = input;
  const { model, engine, transfer } = dynamo;
  const path = model.path ?? model.name;
  const mode = role === 'worker' ? [] : ['--disaggregation-mode', role];
  if (engine.kind === 'mocker') {
    return [
      '--model-path',
      path,
      '--model-name',
      model.name,
      '--engine-type',
      'trtllm',
      ...mode,
      // In GB/s, where GB is 1e9 bytes; 0 switches the pause off.
      '--kv-transfer-bandwidth',
      String((kvRate ?? 0) / 1e9),
      ...(kvBytesPerToken === undefined ? [] : ['--kv-bytes-per-token', String(kvBytesPerToken)]),
    ];
  }
  const overrides = {
    tensor_parallel_size: transfer.tensorParallel,
    kv_cache_config: { dtype: transfer.kvCacheType, tokens_per_block: transfer.tokensPerBlock },
    // Without it TensorRT-LLM switches the transfer off.
    ...(role === 'worker' ? {} : { cache_transceiver_config: { backend: 'NIXL' } }),
    // A prefill worker refuses the overlap scheduler.
    ...(role === 'prefill' ? { disable_overlap_scheduler: true } : {}),
  };
  return [
    '--model-path',
    path,
    '--served-model-name',
    model.name,
    ...mode,
    '--override-engine-args',
    JSON.stringify(overrides),
  ];
}

function mainContainer(spec: PodSpec): Container {
  const container = spec.containers.find(({ name }) => name === 'main');
  if (!container) throw new Error('a pod of the Dynamo manifests has no container main');
  return container;
}

/** Where the load finds the frontend. */
export function frontendUrl(input: Pick<GraphInput, 'run' | 'dynamo'>): string {
  return `http://${frontendName(graphName(input.run, input.dynamo))}.${input.run.namespace}.svc:${FRONTEND_PORT}`;
}

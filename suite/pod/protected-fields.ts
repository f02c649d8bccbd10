import { type FieldType, fieldType, itemType, POD } from './field-type.js';
import { DIRECTIVE, isObject } from './patch.js';
import type { PatchProblem } from './patch-problems.js';
import type { PodKind } from './pod-kind.js';

/** A field that the suite itself needs. A step of the path is a field, the key of an item in a list, or a pattern for either. */
export interface ProtectedField {
  readonly path: readonly (string | RegExp)[];
  /** What to do instead, as a sentence. */
  readonly advice: string;
  /** True when the suite does not set the field itself, so that nothing is lost when what contains it is replaced. */
  readonly isUnset?: boolean;
}

/** Lists the fields that the suite needs in every pod of a kind. */
export function protectedFields(kind: PodKind): ProtectedField[] {
  const { key, container, resources, image, env } = kind;
  const isRank = key === 'pod';
  const field = (path: string, advice: string): ProtectedField => ({ path: path.split('/'), advice });
  const ofContainer = (path: string, advice: string) => field(`spec/containers/${container}/${path}`, advice);
  const nodeChoice = 'use nodes.names or nodes.selector: the suite chooses the two nodes of the pair';
  const account = 'remove it: BENCHMARK_SERVICE_ACCOUNT of the worker names the account, and its pods get no token';
  const once = 'remove it: the suite runs each container once and judges how it ended';
  return [
    { path: ['metadata', 'labels', OF_SUITE], advice: 'remove it: the suite finds its pods by this label' },
    { path: ['metadata', 'annotations', /^dynamo-bench\//], advice: 'remove it: the suite sets this annotation' },
    field('metadata/name', 'remove it: the suite names its pods, and a retry finds them by the name'),
    field('metadata/namespace', 'use cluster.namespace'),
    field(
      'metadata/ownerReferences',
      'remove it: the run object owns all pods of the run, so that its end removes them',
    ),
    {
      path: ['metadata', /^(?!labels$|annotations$)/],
      advice: 'remove it: only labels and annotations can be patched',
    },
    field('spec/nodeName', nodeChoice),
    field('spec/nodeSelector', nodeChoice),
    field('spec/affinity/nodeAffinity', nodeChoice),
    field('spec/affinity/podAntiAffinity', 'remove it: the suite keeps its pods on different nodes by it'),
    field('spec/tolerations', 'use nodes.tolerations, which also decides about the nodes of the pair'),
    field('spec/serviceAccountName', account),
    field('spec/serviceAccount', account),
    field('spec/automountServiceAccountToken', account),
    field('spec/restartPolicy', once),
    field('spec/activeDeadlineSeconds', `use ${isRank ? 'the timeout of the tests' : 'dynamo.readyTimeout'}`),
    field('spec/ephemeralContainers', 'remove it: Kubernetes creates no pod with ephemeral containers'),
    field('spec/resources', `use ${resources}`),
    { ...field('spec/securityContext/windowsOptions', 'remove it: the suite runs on Linux only'), isUnset: true },
    ...(isRank
      ? [
          field('spec/hostNetwork', 'use cluster.hostNetwork'),
          field(
            'spec/terminationGracePeriodSeconds',
            'remove it: a rank prints its counters within 10 s after its tool',
          ),
          ...['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => ({
            ...ofContainer(probe, once),
            isUnset: true,
          })),
        ]
      : []),
    ofContainer('image', `use ${image}`),
    ofContainer('imagePullPolicy', 'use cluster.imagePullPolicy'),
    ofContainer('command', isRank ? 'remove it: the tool of a test makes the command' : 'use dynamo.engine'),
    ofContainer(
      'args',
      isRank ? 'use the options of the test: its tool makes the command' : 'use dynamo.engine.extraArguments',
    ),
    ofContainer('tty', 'remove it: a terminal changes the lines of the log'),
    ofContainer('stdin', 'remove it: a container of the suite reads no input'),
    ofContainer('restartPolicy', once),
    ofContainer('restartPolicyRules', once),
    { ...ofContainer('securityContext/windowsOptions', 'remove it: the suite runs on Linux only'), isUnset: true },
    ...(['requests', 'limits'] as const).flatMap((group) => [
      ofContainer(`resources/${group}/cpu`, `use ${resources}.cpu`),
      ofContainer(`resources/${group}/memory`, `use ${resources}.memory`),
      ofContainer(`resources/${group}/hugepages-2Mi`, `use ${resources}.hugepages2Mi`),
      {
        path: ['spec', 'containers', container, 'resources', group, /\//],
        advice: `use ${resources}.devices or ${resources}.gpu, which also decide about the nodes of the pair`,
      },
    ]),
    {
      path: ['spec', 'containers', container, 'env', /^DYNAMO_BENCH_/i],
      advice: 'remove it: variables with this prefix belong to the suite',
    },
    ...SUITE_VARIABLES[key].map((name) =>
      ofContainer(`env/${name}`, `use ${env}: the suite sets this variable, and ${env} can change it`),
    ),
    {
      path: ['spec', 'containers', container, 'volumeMounts', MOUNTS],
      advice: 'choose another mountPath: the suite mounts its own volume there',
    },
    ...VOLUMES.map((name) => ({
      path: ['spec', 'volumes', name],
      advice: `choose another name: the suite has a volume of this name${name === 'shared-memory' ? `; ${resources}.sharedMemory sets its size` : ''}`,
    })),
    {
      path: ['spec', 'initContainers', container],
      advice: 'choose another name: this is the container of the suite, which spec.containers changes',
      isUnset: true,
    },
    {
      path: ['spec', 'containers', new RegExp(`^(?!${container}$)`)],
      advice: `use "${container}" for the container of the suite, or move a sidecar to spec.initContainers with restartPolicy "Always": a further container would keep the pod running after its tool has ended`,
    },
  ];
}

const OF_SUITE = /^(?:app\.kubernetes\.io\/(?:managed-by|component|name)|dynamo-bench\/.*|nvidia\.com\/dynamo.*)$/;

/** Volumes of the manifests. */
export const VOLUMES = ['scripts', 'output', 'shared-memory', 'node-sysfs-class', 'node-sysfs-devices'];
/** Folders in which the manifests mount them. */
const MOUNTS = /^\/(?:dynamo-bench|dynamo-bench-output|dev\/shm|host\/sys)(?:\/|$)/;

/** Variables that the manifests set, beside those of the spec. */
const SUITE_VARIABLES: Readonly<Record<PodKind['key'], readonly string[]>> = {
  pod: [],
  'dynamo.pod': [
    'POD_IP',
    'DYN_TCP_RESPONSE_STREAM_HOST',
    'DYN_TCP_RPC_HOST',
    'DYN_EVENT_PLANE_HOST',
    'DYN_DISCOVERY_BACKEND',
    'ETCD_ENDPOINTS',
  ],
};

/** Finds the values of a patch that would change or remove a protected field. */
export function protectedProblems(patch: unknown, fields: readonly ProtectedField[]): PatchProblem[] {
  const problems: PatchProblem[] = [];
  const visit = (
    value: unknown,
    type: FieldType,
    steps: readonly string[],
    path: readonly (string | number)[],
  ): void => {
    const set = fields.find((field) => field.path.length === steps.length && isBelow(field.path, steps));
    if (set) return void problems.push({ path, message: `cannot be patched; ${set.advice}` });
    const removed =
      removes(value) &&
      fields.find(({ path, isUnset }) => !isUnset && path.length > steps.length && isBelow(path, steps));
    if (removed) {
      const lost = removed.path.slice(steps.length).filter((step) => typeof step === 'string');
      const what = lost.length > 0 ? `${lost.join('.')}, which the suite needs` : 'what the suite itself sets there';
      return void problems.push({ path, message: `would remove ${what}; name the single fields to change` });
    }
    if (Array.isArray(value) && type.shape === 'list' && type.mergeKey !== undefined) {
      for (const [at, item] of value.entries()) {
        const key: unknown = isObject(item) ? item[type.mergeKey] : undefined;
        if (key !== undefined) visit(item, itemType(type), [...steps, stepOf(type.mergeKey, key)], [...path, at]);
      }
    } else if (isObject(value)) {
      for (const [field, item] of Object.entries(value)) {
        const next = type.shape === 'map' ? itemType(type) : fieldType(type.name, field);
        if (next) visit(item, next, [...steps, field], [...path, field]);
      }
    }
  };
  visit(patch, POD, [], []);
  return problems;
}

/** Returns whether a path leads to a protected field, or through it: each step that both have fits. */
function isBelow(path: ProtectedField['path'], steps: readonly string[]): boolean {
  return steps.every((step, at) => {
    const wanted = path[at] ?? '';
    return typeof wanted === 'string' ? wanted === step : wanted.test(step);
  });
}

/** Returns whether a value removes what the object has at its place. */
function removes(value: unknown): boolean {
  if (value === null) return true;
  if (Array.isArray(value)) return value.some((item) => isObject(item) && item[DIRECTIVE] === 'replace');
  return isObject(value) && Object.hasOwn(value, DIRECTIVE);
}

/** Returns the step of an item. Different spellings of a folder are one step. */
function stepOf(mergeKey: string, key: unknown): string {
  const text = String(key);
  if (mergeKey !== 'mountPath' && mergeKey !== 'devicePath') return text;
  const parts: string[] = [];
  for (const part of text.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

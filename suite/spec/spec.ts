import { z } from 'zod';
import { FABRIC_KINDS, fabricEnvironment } from '../fabrics/registry.js';
import { podPatch } from '../pod/patch-schema.js';
import {
  type EnvironmentValue,
  imageReference,
  keyed,
  labelKey,
  labelValue,
  line,
  nullableEnvironment,
  objectName,
  text,
  workflowId,
} from '../schema/grammar.js';
import { onFailure } from '../schema/on-failure.js';
import { type FormerKey, withCurrentKeys } from '../schema/renamed-keys.js';
import { choice, didYouMean, duration, schemasOf, slug, strict, unknownWord } from '../schema/schema.js';
import { shown } from '../schema/shown.js';
import { formatCount } from '../units/count.js';
import { SuiteFailure } from '../verdict/failure.js';
import { completeDynamo, dynamoProblems, dynamoSpec } from './dynamo-spec.js';
import { matrixProblems, variantsOf } from './matrix.js';
import { problemsOfPatches } from './pod-patches.js';
import {
  devicesOrDefault,
  type NicSources,
  problemOfNics,
  type RankResources,
  rankResources,
} from './rank-resources.js';
import {
  boundedProblems,
  MAX_SHOWN_PROBLEMS,
  pathText,
  problemLines,
  problemsOf,
  type SpecProblem,
  type SpecProblems,
} from './spec-problems.js';
import { type TransportTestSpec, transportTest } from './transport-tests.js';

/** Schema of the suite spec. Its defaults are the values of the benchmark plan. */

/** Maximum number of tests: as many as a suite can have cells. */
const MAX_TESTS = 2000;

/** Name of the block of interleaved tests; reserved in a suite that has one. */
export const INTERLEAVED = 'interleaved';

const toleration = strict({
  key: labelKey('the key of a taint').optional().meta({ description: 'key of the taint; default: every key' }),
  operator: choice('operator', ['Exists', 'Equal'])
    .default('Exists')
    .meta({ description: 'Equal also compares the value' }),
  value: labelValue('the value of a taint')
    .optional()
    .meta({ description: 'value of the taint, for the operator Equal' }),
  effect: choice('effect', ['NoSchedule', 'NoExecute', 'PreferNoSchedule'])
    .optional()
    .meta({ description: 'effect of the taint; default: every effect' }),
}).refine(({ operator, value }) => operator !== 'Exists' || (value ?? '') === '', {
  path: ['value'],
  message: 'belongs to the operator Equal; set operator to Equal, or remove the value',
});

const cluster = strict({
  context: line('the name of a context', 253).optional().meta({
    description: 'context of the kubeconfig; default: the current context, or the service account of the pod',
  }),
  namespace: slug('namespace', 63)
    .default('dynamo-bench')
    .meta({ description: 'namespace of all objects that the suite creates' }),
  leaseNamespace: slug('namespace', 63).optional().meta({
    description:
      'namespace of the node locks; default: the namespace of the suite. Suites that share nodes must use the same one',
  }),
  image: imageReference()
    .default('nixl-aligned:0.7.1-bench')
    .meta({ description: 'image of the ranks, with the tools of the tests' }),
  imagePullPolicy: choice('pull policy', ['IfNotPresent', 'Always', 'Never'])
    .default('IfNotPresent')
    .meta({ description: 'pull policy of all images of the suite' }),
  imagePullSecret: objectName('the name of a Secret')
    .optional()
    .meta({ description: 'name of the pull secret in the namespace, for a private registry' }),
  etcdImage: imageReference()
    .default('quay.io/coreos/etcd:v3.5.18')
    .meta({ description: 'image of the etcd that the suite creates' }),
  hostNetwork: z.boolean().default(false).meta({ description: 'run the ranks in the network namespace of the node' }),
});

const selected = () => labelValue('the value of a label');

const nodes = strict({
  names: z
    .array(objectName('the name of a node'))
    .length(2, 'must name exactly the two nodes of the pair: node1, node2')
    .optional()
    .meta({ description: 'node1 and node2; default: the two nearest nodes that match the selector' }),
  selector: keyed(labelKey('the key of a label'), z.union([selected(), z.array(selected()).min(1).max(64)]))
    .default({ 'node.kubernetes.io/instance-type': ['p5.48xlarge', 'ml.p5.48xlarge'] })
    .meta({ description: 'labels that a node must have; a list allows any of its values' }),
  mixedTypes: z.boolean().default(false).meta({
    description:
      'allow a pair of two instance types; the ceiling is then that of the node with the lower bandwidth, and a pair of one type is preferred',
  }),
  tolerations: z
    .array(toleration)
    .max(64)
    .prefault([{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }])
    .meta({ description: 'tolerations of the ranks, as in a pod' }),
  provision: z.boolean().default(false).meta({
    description:
      'let two pods with the resources of a rank ask an autoscaler or a queue for the nodes (Karpenter, EKS Auto Mode, Cluster Autoscaler, Kueue, GKE), and keep these nodes until the run has ended',
  }),
});

const fabric = z.discriminatedUnion('kind', schemasOf(FABRIC_KINDS), {
  error: (issue) =>
    unknownWord(
      'fabric kind',
      (issue.input as { kind?: unknown } | undefined)?.kind,
      FABRIC_KINDS.map(({ name }) => name),
    ),
});

const startDelay = strict({
  min: duration()
    .prefault('7s')
    .meta({ description: 'shortest time between the start of the rank on node2 and that on node1' }),
  max: duration().prefault('10s').meta({
    description: 'longest time to wait until the rank on node2 is registered; then the rank on node1 starts anyway',
  }),
});

const timeouts = strict({
  retry: duration()
    .prefault('10m')
    .meta({ description: 'time for which a step is retried while the cluster or the store does not answer' }),
  podStart: duration().prefault('10m').meta({ description: 'time limit until a pod runs, image pull included' }),
  unschedulable: duration().prefault('1m').meta({
    description:
      'longest time for which a pod may be unschedulable; while its node starts, only podStart limits the wait',
  }),
  nodeLock: duration().prefault('12h').meta({ description: 'longest wait for nodes that another suite has locked' }),
  provision: duration().prefault('30m').meta({
    description: 'longest wait for the nodes that nodes.provision asks for, until both are Ready with their devices',
  }),
});

/** Schema of the comparison of a run with earlier runs when it has ended. */
const regression = strict({
  baseline: slug('baseline', 40).optional().meta({
    description:
      'name of an accepted baseline, or rolling for the last comparable runs; default: the accepted baseline named default, otherwise rolling',
  }),
  baselineRuns: z.int().min(2).max(100).default(10).meta({ description: 'number of runs of the rolling baseline' }),
  threshold: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.03)
    .meta({ description: 'smallest relative difference that counts as a change: 0.03 is 3 %' }),
});

const webhook = strict({
  urlEnv: z
    .string()
    .regex(
      /^DYNAMO_BENCH_WEBHOOK_[A-Z0-9_]{1,100}$/,
      'expected the name of a variable that begins with DYNAMO_BENCH_WEBHOOK_, for example DYNAMO_BENCH_WEBHOOK_URL; rename the variable of the worker. Other variables can hold other secrets, and the URL itself does not belong into the spec',
    )
    .default('DYNAMO_BENCH_WEBHOOK_URL')
    .meta({ description: "environment variable of the worker that holds the webhook's URL" }),
  on: z
    .array(choice('outcome', ['regressed', 'fail', 'inconclusive', 'pass']))
    .min(1)
    .max(4)
    .default(['regressed', 'fail'])
    .meta({ description: 'outcomes that trigger the webhook' }),
});

const fields = strict({
  $schema: text(1000).optional().meta({ description: 'path of the JSON Schema, for editors' }),
  name: slug('suite name', 40).meta({ description: 'name of the suite; runs, schedules and histories carry it' }),
  description: text(4000).optional().meta({ description: 'free text, shown in the report' }),
  cluster: cluster.prefault({}).meta({ description: 'cluster, namespace and images' }),
  nodes: nodes.prefault({}).meta({ description: 'choice of the two nodes' }),
  resources: rankResources.prefault({}).meta({ description: 'resources that each rank requests' }),
  pod: podPatch().optional().meta({
    description:
      'strategic merge patch of the pods of ranks and probes: labels, annotations and fields of the PodSpec. The container is named rank',
  }),
  fabric: fabric
    .prefault({ kind: 'efa' })
    .meta({ description: 'network between the nodes; it determines the ceiling and the counters' }),
  env: nullableEnvironment().default({}).meta({
    description:
      'environment variables of every rank, in addition to FI_HMEM_DISABLE_P2P=0 and, with fabric.kind efa, FI_PROVIDER=efa; null removes a variable, and a value can refer to a Secret: {"valueFrom": {"secretKeyRef": {"name": "…", "key": "…"}}}',
  }),
  startDelay: startDelay.prefault({}).meta({ description: 'time between the starts of the two ranks' }),
  maxAttempts: z
    .int()
    .min(1)
    .max(10)
    .default(3)
    .meta({ description: 'maximum number of attempts at one cell, for failures that a new attempt can fix' }),
  timeouts: timeouts.prefault({}).meta({ description: 'time limits for the cluster and the result store' }),
  onFailure: onFailure()
    .optional()
    .meta({ description: 'action after a test has failed in all its attempts; a test can override it' }),
  parkTimeout: duration().prefault('12h').meta({
    description: 'longest time for which a parked test waits for a person; then the suite continues without the test',
  }),
  resumeFrom: workflowId()
    .optional()
    .meta({ description: 'workflow id of an earlier suite run whose recorded cells are reused' }),
  seed: z
    .int()
    .min(0)
    .max(2 ** 30)
    .default(1)
    .meta({
      description:
        'seed of the order of interleaved tests and of the confidence intervals; equal seeds give equal orders',
    }),
  interleave: z
    .union([z.boolean(), z.array(z.string().max(300)).min(1).max(MAX_TESTS)], {
      error: 'expected true, false, or a list of names of tests',
    })
    .default(false)
    .meta({
      description:
        'tests whose repetitions alternate (true: all tests), in a different order in each round, so that drift of the cluster affects all of them equally',
    }),
  regression: regression.prefault({}).meta({ description: 'comparison of the run with its baseline' }),
  webhook: webhook
    .optional()
    .meta({ description: 'webhook that receives the result of the run as JSON, with a text that Slack shows' }),
  tests: z
    .array(transportTest)
    .min(1, 'add at least one test')
    .max(MAX_TESTS)
    .meta({ description: 'transport tests, in the order in which they run' }),
  dynamo: dynamoSpec.optional().meta({
    description: 'Dynamo deployment and the load on it; without this block the suite has only transport tests',
  }),
}).superRefine((spec, context) => {
  if (spec.startDelay.min > spec.startDelay.max) {
    context.addIssue({
      code: 'custom',
      path: ['startDelay', 'min'],
      message: 'is longer than startDelay.max; decrease it or increase startDelay.max',
    });
  }
  if (spec.nodes.provision && spec.nodes.names) {
    context.addIssue({
      code: 'custom',
      path: ['nodes', 'provision'],
      message:
        'cannot ask for nodes of given names; remove nodes.names and describe the nodes with nodes.selector, or remove nodes.provision',
    });
  }
  const asGpu = (spec.resources.devices ?? []).findIndex(({ resource }) => resource === spec.resources.gpu.resource);
  if (asGpu >= 0) {
    context.addIssue({
      code: 'custom',
      path: ['resources', 'devices', asGpu, 'resource'],
      message:
        'is the resource of the GPUs, whose number resources.gpu.count sets; name the resource of the NICs, or remove the entry',
    });
  }
  for (const { path, message } of problemsOfTests(spec)) context.addIssue({ code: 'custom', path, message });
  for (const { path, message } of problemsOfPatches(spec, rankVariables(spec))) {
    context.addIssue({ code: 'custom', path, message });
  }
  for (const { path, message } of spec.dynamo ? dynamoProblems(spec.dynamo, spec) : []) {
    context.addIssue({ code: 'custom', path: ['dynamo', ...path], message });
  }
});

/** Schema of the suite spec. The output is in SI units. */
export const suiteSpec = fields.transform((spec) => {
  const resources: RankResources = { ...spec.resources, devices: devicesOrDefault(spec.resources, spec.fabric) };
  const dynamo = spec.dynamo && completeDynamo(spec.dynamo, spec.fabric);
  return { ...spec, resources, dynamo };
});

/** Checks that need all tests: duplicate names, matrices, more NICs than the ranks have. */
function problemsOfTests(spec: {
  tests: readonly TransportTestSpec[];
  interleave: boolean | readonly string[];
  resources: NicSources;
  fabric: { kind: string };
}): { path: (string | number)[]; message: string }[] {
  const problems: { path: (string | number)[]; message: string }[] = [];
  const names = spec.tests.map(({ name }) => name);
  const known = new Set(names);
  const devices = devicesOrDefault(spec.resources, spec.fabric);
  const seen = new Set<string>(spec.interleave === false ? [] : [INTERLEAVED]);
  for (const [index, test] of spec.tests.entries()) {
    const problem = (field: (string | number)[], message: string) =>
      problems.push({ path: ['tests', index, ...field], message });
    const inMatrix = matrixProblems(test);
    for (const { axis, message } of inMatrix) problem(axis === '' ? ['matrix'] : ['matrix', axis], message);
    const variants = inMatrix.length > 0 ? [] : variantsOf(test);
    for (const name of new Set([test.name, ...variants.map((variant) => variant.test.name)])) {
      if (seen.has(name)) problem(['name'], `"${name}" is used twice; give each test a unique name`);
      seen.add(name);
    }
    for (const nics of new Set(variants.flatMap((variant) => variant.test.nics ?? []))) {
      const message = problemOfNics(nics, { devices, claims: spec.resources.claims });
      if (message !== undefined) problem(['nics'], message);
    }
  }
  for (const [index, name] of (typeof spec.interleave === 'boolean' ? [] : spec.interleave).entries()) {
    if (known.has(name)) continue;
    // A search for similar names in all of them takes too long for each of thousands, of which only the first are shown.
    const advice = problems.length < MAX_SHOWN_PROBLEMS ? didYouMean(name, names) : '';
    problems.push({ path: ['interleave', index], message: `test "${shown(name)}" does not exist${advice}` });
  }
  return problems;
}

export type SuiteSpec = z.output<typeof suiteSpec>;

/** A spec with every default, or its problems. */
export type CheckedSpec = { readonly spec: SuiteSpec } | SpecProblems;

/**
 * Checks a suite spec by its schema. Accepts former names of keys. `checkSuite` also checks the limits of a suite.
 */
export function checkSpec(input: unknown): CheckedSpec {
  const { spec, found } = withCurrentKeys(input);
  const result = suiteSpec.safeParse(spec);
  const twice = found.filter(({ both }) => both);
  if (result.success && twice.length === 0) return { spec: result.data };
  return boundedProblems([
    ...twice.map(problemOfBoth),
    ...problemsOf(result.error).filter(
      ({ message }) => !twice.some((key) => message.includes(`unknown key "${key.path.at(-1)}"`)),
    ),
  ]);
}

function problemOfBoth({ path, current }: FormerKey): SpecProblem {
  return {
    path: pathText(path),
    message: `is the former name of "${current}", which is also set; remove the former name`,
  };
}

/** Lists the former names of keys in a spec, each with the current one: `attempts is now maxAttempts`. */
export function formerKeys(input: unknown): SpecProblem[] {
  return withCurrentKeys(input).found.map(({ path, current }) => ({
    path: pathText(path),
    message: `is now called "${current}"`,
  }));
}

/**
 * Checks a suite spec by its schema and returns it with every default.
 *
 * @throws {SuiteFailure} `InvalidSpec`, with every problem in the message and in `details`
 */
export function parseSpec(input: unknown): SuiteSpec {
  return specOf(checkSpec(input));
}

/**
 * Returns the spec that a check accepted.
 *
 * @throws {SuiteFailure} `InvalidSpec`, with every problem in the message and in `details`
 */
export function specOf(checked: CheckedSpec): SuiteSpec {
  if ('spec' in checked) return checked.spec;
  throw new SuiteFailure(
    'InvalidSpec',
    `the suite spec has ${formatCount(checked.count, 'problem')}:\n${problemLines(checked).join('\n')}`,
    {
      details: checked.problems,
    },
  );
}

/** Returns the names of all variables that a rank of any test has, also those that a `null` of the spec removes. */
function rankVariables({ env, fabric, tests }: Pick<SuiteSpec, 'env' | 'fabric' | 'tests'>): Set<string> {
  const ofTests = tests.flatMap((test) =>
    matrixProblems(test).length > 0 ? [] : variantsOf(test).flatMap((variant) => Object.keys(variant.test.env)),
  );
  return new Set([...Object.keys(fabricEnvironment(fabric)), ...Object.keys(env), ...ofTests]);
}

/** Returns the environment of every rank: the defaults of the fabric, then the variables of the spec, then those of the test. */
export function rankEnvironment(
  spec: Pick<SuiteSpec, 'env' | 'fabric'>,
  testEnvironment: Readonly<Record<string, EnvironmentValue>>,
): Record<string, EnvironmentValue> {
  const merged = { ...fabricEnvironment(spec.fabric), ...spec.env, ...testEnvironment };
  return Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, EnvironmentValue] => entry[1] !== null),
  );
}

/** Returns the JSON Schema of the suite spec, for editors. */
export function specJsonSchema(): object {
  return z.toJSONSchema(suiteSpec, { io: 'input', target: 'draft-2020-12' });
}

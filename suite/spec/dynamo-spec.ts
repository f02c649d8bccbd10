import { z } from 'zod';
import { engineSpec, isSimulatedEngine } from '../engines/registry.js';
import { runtimeImage } from '../engines/runtime-image.js';
import { deviceClaims } from '../pod/claims.js';
import { podPatch } from '../pod/patch-schema.js';
import {
  argument,
  environment,
  hasVersionTag,
  imageReference,
  line,
  objectName,
  runtimeVersion,
  version,
} from '../schema/grammar.js';
import { isSameNode } from '../schema/placement.js';
import { bytes, choice, didYouMean, duration, slug, strict } from '../schema/schema.js';
import { shown } from '../schema/shown.js';
import { engineProblems } from './engine-problems.js';
import { inferenceSpec } from './inference-tests.js';
import { modelConfig } from './model-config.js';
import { telemetryProblems } from './telemetry-problems.js';

/** Schema of the Dynamo phase: the block `dynamo` of the suite spec. */

/** Longest label value in Kubernetes; the operator labels pods with `<namespace>-<name>`. */
const MAX_LABEL_LENGTH = 63;

const platform = strict({
  namespace: slug('namespace', 63).default('dynamo-system').meta({ description: 'namespace of the platform' }),
  install: z.boolean().default(false).meta({
    description:
      'true: install the platform with helm if no part of it exists; false: fail with the command that installs it. The suite waits for an existing platform and never changes it',
  }),
  release: slug('release', 53).default('dynamo-platform').meta({ description: 'name of the Helm release' }),
  chart: line('a chart', 1000)
    .default('https://helm.ngc.nvidia.com/nvidia/ai-dynamo/charts/dynamo-platform-{version}.tgz')
    .meta({ description: 'chart reference for helm; `{version}` is replaced by `version`' }),
  version: version().default('1.6.1').meta({ description: 'version of the chart' }),
  values: z.record(z.string().max(300), z.unknown()).default({}).meta({
    description:
      'values of the chart, for example {"global": {"etcd": {"install": true}}, "etcd": {"persistence": {"storageClass": "gp3"}}} or {"global": {"nats": {"install": true}}, "nats": {"config": {"jetstream": {"fileStore": {"pvc": {"storageClassName": "gp3"}}}}}}; without `install`, the chart has no volume of that part',
  }),
  timeout: duration()
    .prefault('15m')
    .meta({ description: 'time limit of helm, and of the wait for an existing platform that is not ready' }),
});

/** Where the workers keep the files of the model: Hugging Face's cache in a volume. */
const modelCache = strict({
  claim: objectName('the name of a PersistentVolumeClaim')
    .optional()
    .meta({ description: 'PersistentVolumeClaim in the namespace, with access mode ReadWriteMany' }),
  hostPath: line('a folder', 1000)
    .regex(/^\/(?!$)/, 'must be an absolute path of a folder, but not /')
    .optional()
    .meta({ description: 'folder of the nodes; it is created when it does not exist' }),
}).refine(({ claim, hostPath }) => (claim === undefined) !== (hostPath === undefined), {
  message: 'needs either claim or hostPath',
});

const model = strict({
  name: line('the name of a model', 300).meta({ description: 'model name that clients request' }),
  path: line('a folder or the name of a model', 1000)
    .optional()
    .meta({ description: 'folder or name from which engine and AIPerf load the model; default: name' }),
  tokenSecret: objectName('the name of a Secret').optional().meta({
    description:
      'name of the Secret in the namespace whose keys become environment variables (HF_TOKEN); never put the token here',
  }),
  cache: modelCache.optional().meta({
    description:
      'storage of the files of the model that outlives the workers, so that not every deployment downloads the model again; default: none',
  }),
  config: modelConfig.optional().meta({
    description:
      'fields of the config.json of the model; default: read from config.json in the folder `path` of a worker',
  }),
});

const resources = strict({
  gpu: z.int().min(0).default(1).meta({ description: 'GPUs of each worker' }),
  nics: z.int().min(0).max(1024).default(4).meta({
    description:
      "NICs of each worker, requested as whole slots of the suite's resources.devices; 0: the worker requests no network device",
  }),
  claims: deviceClaims().optional().meta({
    description: 'devices of each worker that come by Dynamic Resource Allocation, in addition to nics',
  }),
  cpu: z.number().positive().default(8).meta({ description: 'CPUs of each worker' }),
  memory: bytes().prefault('64Gi').meta({ description: 'memory of each worker' }),
  hugepages2Mi: bytes().prefault('5120Mi').meta({ description: '2 MiB huge pages of each worker' }),
  sharedMemory: bytes().prefault('16Gi').meta({ description: 'size of /dev/shm of each worker' }),
});

const transfer = strict({
  backend: choice('KV transfer back end', ['LIBFABRIC', 'UCX'])
    .default('LIBFABRIC')
    .meta({ description: 'NIXL back end that transfers the KV cache' }),
  predictFrom: z.string().max(300).optional().meta({
    description:
      'transport test whose curve predicts the KV transfer; default: the first nixlbench test with this back end',
  }),
  tensorParallel: z
    .int()
    .min(1)
    .default(1)
    .meta({ description: 'number of ranks of tensor parallelism; each sends its share of the KV cache' }),
  tokensPerBlock: z
    .int()
    .min(1)
    .default(32)
    .meta({ description: 'tokens of one KV block; 32 is the default of TensorRT-LLM' }),
  kvCacheType: choice('KV cache type', ['auto', 'fp8', 'bfloat16', 'float16']).default('auto').meta({
    description:
      'data type with which the prediction counts the bytes of the KV cache; the engine gets engine.kvCacheDtype. auto: the type that the engine gets, otherwise that of the model, which is unknown in advance for a quantized model',
  }),
  nixlTelemetry: z.boolean().default(false).meta({
    description:
      "true: NIXL's Prometheus exporter counts the KV bytes in each worker, beside engine and NICs. The image must contain libtelemetry_exporter_prometheus.so: without it, the workers do not start. Only for workers with one rank",
  }),
});

const load = strict({
  image: imageReference().default('aiperf:0.13.0').meta({ description: 'image of the load pod, with AIPerf' }),
  tokenizer: line('a folder or the name of a tokenizer', 1000)
    .optional()
    .meta({ description: 'tokenizer for AIPerf: folder or name; default: the path of the model' }),
  cpu: z.number().positive().default(4).meta({ description: 'CPUs of the load pod' }),
  memory: bytes().prefault('8Gi').meta({ description: 'memory of the load pod' }),
  arguments: z.array(argument()).max(256).default([]).meta({ description: 'additional arguments of `aiperf profile`' }),
});

export const dynamoSpec = strict({
  deployWith: choice('way to deploy', ['operator', 'manifests']).default('operator').meta({
    description:
      'create a DynamoGraphDeployment (operator), or plain Deployments for clusters without the operator (manifests)',
  }),
  name: slug('deployment name', 40)
    .optional()
    .meta({ description: 'name of the deployment; default: dynamo-<key of the run>' }),
  platform: platform.prefault({}).meta({ description: 'Dynamo platform in the cluster' }),
  model: model.meta({ description: 'model that Dynamo serves' }),
  image: imageReference().optional().meta({
    description:
      "image of frontend and workers; default: NVIDIA's runtime image 1.6.1 of the engine, with fabric.kind efa the one whose tag ends in -efa",
  }),
  runtimeVersion: runtimeVersion().optional().meta({
    description:
      'Dynamo version of the image, such as 1.6.1; required by the operator if the tag of the image is not a semantic version',
  }),
  engine: engineSpec.meta({ description: 'engine of the workers' }),
  replicas: strict({
    prefill: z.int().min(1).max(64).default(1).meta({ description: 'prefill workers' }),
    decode: z.int().min(1).max(64).default(1).meta({ description: 'decode workers' }),
  })
    .prefault({})
    .meta({ description: 'number of workers' }),
  resources: resources.prefault({}).meta({ description: 'resources of each worker' }),
  pod: podPatch().optional().meta({
    description:
      'strategic merge patch of the pods of the workers: labels, annotations and fields of the PodSpec. The container is named main',
  }),
  env: environment().default({}).meta({ description: 'environment variables that are added to the workers' }),
  transfer: transfer.prefault({}).meta({ description: 'transfer of the KV cache, and its prediction' }),
  readyTimeout: duration()
    .prefault('30m')
    .meta({ description: 'time limit until the deployment serves, which includes pulling images and loading weights' }),
  removalTimeout: duration().prefault('150s').meta({
    description:
      'time limit from the deletion of the deployment until its last pod is removed; the grace period of a Dynamo pod is 60 s',
  }),
  keep: z.boolean().default(false).meta({
    description:
      'keep the deployment of the last test for inspection, if the test was measured; a failed one is removed',
  }),
  load: load.prefault({}).meta({ description: 'the load pod with AIPerf' }),
  tests: z
    .array(inferenceSpec)
    .min(1, 'add at least one test')
    .max(500)
    .meta({ description: 'inference tests, in the order in which they run' }),
});

/** The parsed block before its image is known, which depends on the fabric of the suite. */
export type DynamoFields = z.output<typeof dynamoSpec>;

export type DynamoSpec = Omit<DynamoFields, 'image'> & { image: string };

/** Completes the parsed block with the default that depends on the fabric of the suite. */
export function completeDynamo(dynamo: DynamoFields, fabric: { readonly kind: string }): DynamoSpec {
  if (dynamo.image !== undefined) return { ...dynamo, image: dynamo.image };
  // The operator reads a version from a tag, and the tag of an image for EFA is longer than a version.
  const { image, runtimeVersion } = runtimeImage(dynamo.engine, fabric);
  return { ...dynamo, image, runtimeVersion: dynamo.runtimeVersion ?? runtimeVersion };
}

/** Finds contradictions within the block, and between it and other parts of the spec: names of transport tests, the namespace. */
export function dynamoProblems(
  dynamo: DynamoFields,
  suite: {
    readonly tests: readonly { readonly name: string; readonly placement?: unknown }[];
    readonly cluster: { readonly namespace: string };
  },
): { path: (string | number)[]; message: string }[] {
  const problems: { path: (string | number)[]; message: string }[] = [
    ...engineProblems(dynamo),
    ...telemetryProblems(dynamo),
  ];
  const names = suite.tests.map(({ name }) => name);
  const own = dynamo.tests.map(({ name }) => name);
  const others = new Set(names);
  for (const [index, test] of dynamo.tests.entries()) {
    const problem = (field: string, message: string) => problems.push({ path: ['tests', index, field], message });
    if (others.has(test.name) || own.indexOf(test.name) < index) {
      problem('name', `"${test.name}" is used twice; give each test a unique name`);
    }
    if (test.control !== undefined && !own.includes(test.control)) {
      problem('control', `dynamo.tests has no test "${shown(test.control)}"${didYouMean(test.control, own)}`);
    }
    if (test.kvTransferRate !== undefined && !isSimulatedEngine(dynamo.engine.kind)) {
      problem('kvTransferRate', 'applies only to a simulated engine; remove kvTransferRate');
    }
  }
  const { predictFrom } = dynamo.transfer;
  if (predictFrom !== undefined && isSameNode(suite.tests.find(({ name }) => name === predictFrom))) {
    problems.push({
      path: ['transfer', 'predictFrom'],
      message: `test "${shown(predictFrom)}" measures within one node, which predicts no transfer between two; name a test between two nodes`,
    });
  }
  if (predictFrom !== undefined && !names.includes(predictFrom)) {
    problems.push({
      path: ['transfer', 'predictFrom'],
      message: `the suite has no transport test "${shown(predictFrom)}"${didYouMean(predictFrom, names)}`,
    });
  }
  const { image } = dynamo;
  if (
    dynamo.deployWith === 'operator' &&
    dynamo.runtimeVersion === undefined &&
    image !== undefined &&
    !hasVersionTag(image)
  ) {
    problems.push({
      path: ['runtimeVersion'],
      message: `is required, because the image "${shown(image)}" has no semantic version as its tag; set dynamo.runtimeVersion to the version of Dynamo in the image, for example "1.6.1"`,
    });
  }
  const label = `${suite.cluster.namespace}-${dynamo.name ?? 'dynamo-12345678'}`;
  if (label.length > MAX_LABEL_LENGTH) {
    problems.push({
      path: ['name'],
      message: `the operator labels pods "${label}", which is longer than ${MAX_LABEL_LENGTH} characters; shorten dynamo.name or cluster.namespace`,
    });
  }
  return problems;
}

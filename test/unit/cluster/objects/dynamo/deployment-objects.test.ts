import assert from 'node:assert/strict';
import type { DeploymentInput } from '../../../../../cluster/objects/dynamo/deployment-input.js';
import { deploymentObjects } from '../../../../../cluster/objects/dynamo/deployment-objects.js';
import type { Container, PodSpec } from '../../../../../kubernetes/client/objects.js';
import { takeNics } from '../../../../../suite/schema/network-devices.js';
import { parseSpec } from '../../../../../suite/spec/spec.js';

function input(dynamo: Record<string, unknown>): DeploymentInput {
  const {
    dynamo: block,
    cluster,
    resources,
  } = parseSpec({
    name: 'phase-3',
    tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }],
    dynamo: { model: { name: 'm' }, tests: [{ name: 'load', tool: 'inference' }], ...dynamo },
  });
  if (!block) throw new Error('no dynamo block');
  const run = {
    workflowId: 'w',
    runId: 'r',
    key: '0123abcd',
    namespace: 'bench',
    leaseNamespace: 'bench',
    retryFor: 1,
  };
  return {
    run,
    dynamo: block,
    topology: 'disaggregated',
    pair: { node1: 'n1', node2: 'n2' },
    cluster,
    gpuResource: 'nvidia.com/gpu',
    fabricEnvironment: { FI_PROVIDER: 'efa' },
    devices: takeNics(resources.devices, block.resources.nics),
    tolerations: [],
    annotations: {},
    keep: false,
  };
}

/** The containers of all pods of a deployment, by the name of what makes them. */
async function containers(
  dynamo: Record<string, unknown>,
  settings: Partial<DeploymentInput> = {},
): Promise<Map<string, Container>> {
  const found = new Map<string, Container>();
  const add = (name: string, template: unknown) => {
    const { spec } = template as { spec: { containers: Container[] } };
    for (const container of spec.containers) found.set(name, container);
  };
  for (const { kind, metadata, spec } of await deploymentObjects({ ...input(dynamo), ...settings })) {
    const { components = [], template } = spec as {
      components?: { name: string; podTemplate: unknown }[];
      template?: unknown;
    };
    for (const { name, podTemplate } of components) add(name, podTemplate);
    if (kind === 'Deployment') add(metadata.name.replace(/^dynamo-\w+-/, ''), template);
  }
  return found;
}

type Affinity = NonNullable<PodSpec['affinity']>;

/** The nodes to which the pods of a deployment are bound, by the name of what makes them. */
async function nodesOf(
  dynamo: Record<string, unknown>,
  settings: Partial<DeploymentInput>,
): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  const add = (name: string, template: unknown) => {
    const { affinity } = (template as { spec: { affinity?: Affinity } }).spec;
    const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
    found.set(name, terms?.[0]?.matchFields?.[0]?.values);
  };
  for (const { kind, metadata, spec } of await deploymentObjects({ ...input(dynamo), ...settings })) {
    const { components = [], template } = spec as {
      components?: { name: string; podTemplate: unknown }[];
      template?: unknown;
    };
    for (const { name, podTemplate } of components) add(name, podTemplate);
    if (kind === 'Deployment') add(metadata.name.replace(/^dynamo-\w+-/, ''), template);
  }
  return found;
}

describe('a DynamoGraphDeployment', () => {
  it('asks the operator for the shared memory of the spec', async () => {
    const [graph] = await deploymentObjects(input({ resources: { sharedMemory: '80Gi' } }));
    const { components = [] } = (graph?.spec ?? {}) as { components?: { type: string; sharedMemorySize?: string }[] };
    assert.deepEqual(
      components.map(({ type, sharedMemorySize }) => [type, sharedMemorySize]),
      [
        ['frontend', undefined],
        ['prefill', '80Gi'],
        ['decode', '80Gi'],
      ],
    );
  });
});

for (const kind of ['operator', 'manifests']) {
  describe(`a deployment of kind ${kind}`, () => {
    it('names no variable twice, and the spec’s value is the one that stays', async () => {
      const environment = { FI_PROVIDER: 'tcp', DYN_DISCOVERY_BACKEND: 'file', NEW: '1' };
      const found = await containers({ kind, environment });
      found.delete('discovery');
      assert.deepEqual([...found.keys()].sort(), ['decode', 'frontend', 'prefill']);
      for (const [name, { env = [] }] of found) {
        const names = env.map((variable) => variable.name);
        assert.deepEqual(names, [...new Set(names)], name);
        const values = Object.fromEntries(env.map((variable) => [variable.name, variable.value]));
        assert.deepEqual({ ...values, ...environment }, values, name);
      }
    });

    it('gives the variables of the fabric to the workers alone, and none of another fabric', async () => {
      const providers = async (fabricEnvironment: Record<string, string>) => {
        const found = await containers({ kind }, { fabricEnvironment });
        return [...found].flatMap(([name, { env = [] }]) =>
          env.some((variable) => variable.name === 'FI_PROVIDER') ? [name] : [],
        );
      };
      assert.deepEqual((await providers({ FI_PROVIDER: 'efa' })).sort(), ['decode', 'prefill']);
      assert.deepEqual(await providers({}), []);
    });

    it('shows the node’s devices to workers that are given EFA devices, and to nothing else', async () => {
      const shown = async (nics: number) => {
        const found = await containers({ kind, resources: { nics } });
        const paths = (mounts: unknown) =>
          ((mounts ?? []) as { mountPath: string }[]).map(({ mountPath }) => mountPath);
        return [...found]
          .filter(([, { volumeMounts }]) => paths(volumeMounts).includes('/host/sys/class'))
          .map(([name]) => name);
      };
      assert.deepEqual((await shown(4)).sort(), ['decode', 'prefill']);
      assert.deepEqual(await shown(0), []);
    });

    it('gives workers the command and the variables of their engine', async () => {
      const workers = async (engine: object) => {
        const found = await containers({ kind, engine: { ...engine, extraArguments: ['--more'] } });
        return ['prefill', 'decode'].map((name) => {
          const { command, args, env = [] } = found.get(name) ?? { name };
          const variable = env.find((candidate) => candidate.name === 'TRTLLM_NIXL_KVCACHE_BACKEND');
          return [command?.at(-1), args?.at(-1), variable?.value];
        });
      };
      const real = ['dynamo.trtllm', '--more', 'LIBFABRIC'];
      assert.deepEqual(await workers({ kind: 'trtllm' }), [real, real]);
      const simulated = ['dynamo.mocker', '--more', undefined];
      assert.deepEqual(await workers({ kind: 'mocker' }), [simulated, simulated]);
    });

    it('gives vLLM its connector and the address of its pod', async () => {
      const found = await containers({ kind, engine: { kind: 'vllm' } });
      for (const role of ['prefill', 'decode']) {
        const { command, args = [], env = [] } = found.get(role) ?? { name: role };
        assert.equal(command?.at(-1), 'dynamo.vllm');
        assert.match(args[args.indexOf('--kv-transfer-config') + 1] ?? '', /"backends":\["LIBFABRIC"\]/);
        const names = env.map(({ name }) => name);
        assert.ok(names.indexOf('POD_IP') < names.indexOf('VLLM_NIXL_SIDE_CHANNEL_HOST'), 'POD_IP must come first');
        assert.ok(names.includes('POD_IP'));
      }
    });

    it('switches on NIXL’s counters in workers that transfer, whatever dynamo.env says, and nowhere by default', async () => {
      const counting = async (nixlTelemetry: boolean, topology: DeploymentInput['topology'] = 'disaggregated') => {
        const env = { NIXL_TELEMETRY_ENABLE: 'n' };
        const found = await containers(
          { kind, engine: { kind: 'vllm' }, transfer: { nixlTelemetry }, env },
          { topology },
        );
        return [...found].flatMap(([name, { env: variables = [] }]) => {
          const ofNixl = variables.filter((variable) => variable.name.startsWith('NIXL_TELEMETRY_'));
          const values = Object.fromEntries(ofNixl.map((variable) => [variable.name, variable.value]));
          return values.NIXL_TELEMETRY_ENABLE === 'y' ? [[name, values]] : [];
        });
      };
      const values = {
        NIXL_TELEMETRY_ENABLE: 'y',
        NIXL_TELEMETRY_EXPORTER: 'prometheus',
        NIXL_TELEMETRY_PROMETHEUS_PORT: '19090',
        NIXL_TELEMETRY_PROMETHEUS_LOCAL: 'y',
      };
      assert.deepEqual((await counting(true)).sort(), [
        ['decode', values],
        ['prefill', values],
      ]);
      assert.deepEqual(await counting(true, 'aggregated'), []);
      assert.deepEqual(await counting(false), []);
    });

    it('lets vLLM keep the KV buffer in the memory of GPUs that come by a claim', async () => {
      const device = async (resources: object) => {
        const { args = [] } = (await containers({ kind, engine: { kind: 'vllm' }, resources })).get('decode') ?? {};
        return /"kv_buffer_device":"(\w+)"/.exec(args[args.indexOf('--kv-transfer-config') + 1] ?? '')?.[1];
      };
      assert.equal(await device({ gpu: 0, claims: [{ name: 'gpu', deviceClass: 'gpu.nvidia.com' }] }), 'cuda');
      assert.equal(await device({ gpu: 0, claims: [{ name: 'efa', deviceClass: 'efa.networking.k8s.aws' }] }), 'cpu');
    });

    it('mounts the cache of the model in workers alone, and points Hugging Face at it unless the spec does', async () => {
      const cached = async (cache: object, environment: object = {}) => {
        const found = await containers({ kind, model: { name: 'm', cache }, environment });
        return [...found].flatMap(([name, { volumeMounts = [], env = [] }]) =>
          volumeMounts.some((mount) => mount.mountPath === '/model-cache')
            ? [`${name} ${env.find((variable) => variable.name === 'HF_HOME')?.value}`]
            : [],
        );
      };
      assert.deepEqual((await cached({ claim: 'models' })).sort(), ['decode /model-cache', 'prefill /model-cache']);
      assert.deepEqual((await cached({ hostPath: '/mnt/models' }, { HF_HOME: '/other' })).sort(), [
        'decode /other',
        'prefill /other',
      ]);
    });

    it('binds the frontend to node1 in a test and in its control', async () => {
      for (const topology of ['disaggregated', 'aggregated'] as const) {
        const nodes = await nodesOf({ kind }, { topology });
        assert.deepEqual(nodes.get('frontend'), ['n1'], topology);
      }
    });

    it('gives the token to what runs Dynamo and to nothing else', async () => {
      const found = await containers({ kind, model: { name: 'm', tokenSecret: 'token' } });
      const given = [...found].filter(([, { envFrom }]) => envFrom !== undefined).map(([name]) => name);
      assert.deepEqual(given.sort(), ['decode', 'frontend', 'prefill']);
    });
  });
}

import { fileURLToPath } from 'node:url';
import type { Lab, LocalSpec } from './lab.js';

const SUITE = fileURLToPath(new URL('../../../suites/local.json', import.meta.url));

/** The transport test whose curve predicts the KV transfer. */
const BASELINE = 'nixl-libfabric';

/**
 * A load point that is quick: the simulated engine does not pause for the KV transfer. Between so few and short requests a
 * busy machine leaves gaps.
 */
export const QUICK_LOAD = {
  name: 'load',
  tool: 'inference',
  kvTransferRate: 'none',
  concurrency: [1],
  inputTokens: 64,
  outputTokens: 8,
  requests: 8,
  warmupRequests: 1,
  limits: { concurrencyShare: 0.3 },
  timeout: '90s',
} as const;

/** NVIDIA's simulated engine in place of the real one: quicker, and it needs no memory. */
const SIMULATED = {
  model: {
    name: 'tiny',
    path: '/models/tiny',
    config: {
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      hidden_size: 4096,
      torch_dtype: 'bfloat16',
    },
  },
  engine: { kind: 'mocker', kvTransferRate: 'measured' },
  transfer: {},
  env: {},
  resources: { gpu: 1, nics: 4, cpu: 0.2, memory: '1Gi', hugepages2Mi: 0, sharedMemory: '64Mi' },
  readyTimeout: '2m',
} as const;

type Block = Readonly<Record<string, unknown>>;

/**
 * suites/local.json in a lab, with one transport test, and one quick load point on the simulated engine.
 *
 * @param dynamo replaces fields of its block `dynamo`; a field that is an object keeps what is not replaced in it
 * @param changes replaces fields of the suite
 */
export function dynamoSuite(lab: Lab, dynamo: Block, changes: Block = {}): Promise<LocalSpec> {
  return suiteOf(lab, { ...SIMULATED, tests: [QUICK_LOAD] }, dynamo, changes);
}

/** The same on the real engine of suites/local.json. */
export function engineSuite(lab: Lab, dynamo: Block, changes: Block = {}): Promise<LocalSpec> {
  return suiteOf(lab, {}, dynamo, changes);
}

async function suiteOf(lab: Lab, base: Block, dynamo: Block, changes: Block): Promise<LocalSpec> {
  const spec = await lab.readSpec<LocalSpec & { readonly dynamo: Block }>(SUITE);
  return {
    ...spec,
    tests: spec.tests.filter(({ name }) => name === BASELINE).map((test) => ({ ...test, startBlockSize: '1Mi' })),
    startDelay: { min: '0s', max: '10s' },
    timeouts: { retry: '20s', podStart: '20s', unschedulable: '5s' },
    maxAttempts: 1,
    ...changes,
    dynamo: merged({ ...spec.dynamo, removalTimeout: '60s', ...base }, dynamo),
  };
}

function merged(base: Block, changes: Block): Block {
  const entries = Object.entries(changes).map(([key, value]) => {
    const before = base[key];
    return [key, isBlock(before) && isBlock(value) ? { ...before, ...value } : value] as const;
  });
  return { ...base, ...Object.fromEntries(entries) };
}

function isBlock(value: unknown): value is Block {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

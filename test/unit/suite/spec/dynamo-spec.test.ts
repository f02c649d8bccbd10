import assert from 'node:assert/strict';
import { aiperfCommand } from '../../../../suite/aiperf/aiperf-command.js';
import { helmCommand, helmCommandLine } from '../../../../suite/cluster/helm-command.js';
import { pointsOf, requestsOf } from '../../../../suite/spec/inference-tests.js';
import { checkSpec, parseSpec } from '../../../../suite/spec/spec.js';

function suite(dynamo: Record<string, unknown>, more: Record<string, unknown> = {}) {
  return {
    name: 'phase-3',
    tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }],
    dynamo: { model: { name: 'm' }, tests: [{ name: 'load', tool: 'inference' }], ...dynamo },
    ...more,
  };
}

function parsed(dynamo: Record<string, unknown> = {}) {
  const { dynamo: block } = parseSpec(suite(dynamo));
  if (!block) throw new Error('no dynamo block');
  const [test] = block.tests;
  if (!test) throw new Error('no test');
  return { dynamo: block, test };
}

describe('the dynamo block of a suite spec', () => {
  it('requests EFA devices and LIBFABRIC by default', () => {
    const { dynamo } = parsed();
    assert.equal(dynamo.resources.nics, 4);
    assert.equal(dynamo.transfer.backend, 'LIBFABRIC');
    assert.equal(dynamo.platform.install, false);
  });

  it('accepts a KV cache type to count where the checkpoint decides, and the one that the engine gets', () => {
    const accepted = (kvCacheDtype: string, kvCacheType: string) =>
      parsed({ engine: { kind: 'vllm', kvCacheDtype }, transfer: { kvCacheType } }).dynamo.transfer.kvCacheType;
    assert.deepEqual([accepted('auto', 'fp8'), accepted('fp8_e5m2', 'fp8')], ['fp8', 'fp8']);
  });

  it('has NIXL’s counters off by default, and accepts them where one rank sends', () => {
    const telemetry = (transfer: object) => parsed({ transfer }).dynamo.transfer.nixlTelemetry;
    assert.deepEqual([telemetry({}), telemetry({ nixlTelemetry: true })], [false, true]);
    assert.equal(
      parsed({ engine: { kind: 'mocker' }, transfer: { tensorParallel: 2 } }).dynamo.transfer.nixlTelemetry,
      false,
    );
  });

  const bad: readonly [string, unknown, RegExp][] = [
    ['a name with dots', suite({ name: 'qwen2.5' }), /dynamo\.name: deployment name may contain only a-z, 0-9 and "-"/],
    [
      'the name of a transport test',
      suite({ tests: [{ name: 'lf', tool: 'inference' }] }),
      /dynamo\.tests\[0\]\.name: "lf" is used twice/,
    ],
    [
      'a control that is no test',
      suite({ tests: [{ name: 'a', tool: 'inference', control: 'b' }] }),
      /control: dynamo\.tests has no test "b"/,
    ],
    [
      'a curve of a test that does not exist',
      suite({ transfer: { predictFrom: 'fl' } }),
      /transfer\.predictFrom: the suite has no transport test "fl"; did you mean "lf"/,
    ],
    [
      'requests and a duration',
      suite({ tests: [{ name: 'a', tool: 'inference', requests: 5, duration: '5s' }] }),
      /set requests or duration, not both/,
    ],
    [
      'a KV transfer rate of a real engine',
      suite({ tests: [{ name: 'a', tool: 'inference', kvTransferRate: 'none' }] }),
      /applies only to a simulated engine/,
    ],
    ['an unknown engine', suite({ engine: { kind: 'trt-llm' } }), /unknown engine "trt-llm"; did you mean "trtllm"/],
    [
      'an argument that changes the blocks of the prediction',
      suite({ engine: { kind: 'vllm', extraArguments: ['--enforce-eager', '--block-size=16'] } }),
      /engine\.extraArguments\[1\]: the suite sets --block-size and predicts .* set dynamo\.transfer\.tokensPerBlock/,
    ],
    [
      'an argument that changes the ranks of the prediction by its other name',
      suite({ engine: { kind: 'sglang', extraArguments: ['--tp-size', '4'] } }),
      /engine\.extraArguments\[0\]: the suite sets --tp-size/,
    ],
    [
      'a second configuration of TensorRT-LLM',
      suite({ engine: { kind: 'trtllm', extraArguments: ['--override-engine-args', '{}'] } }),
      /extraArguments\[0\]: --override-engine-args conflicts with .*; remove the argument, and set dynamo\.engine\.config$/m,
    ],
    [
      'a key of the configuration of TensorRT-LLM as an option',
      suite({ engine: { kind: 'trtllm', extraArguments: ['--trtllm.kv_cache_config.dtype', 'fp8'] } }),
      /extraArguments\[0\]: --trtllm\.\* conflicts with/,
    ],
    [
      'an option that TensorRT-LLM does not follow beside the configuration',
      suite({ engine: { kind: 'trtllm', extraArguments: ['--free-gpu-memory-fraction=0.5'] } }),
      /set dynamo\.engine\.config\.kv_cache_config\.free_gpu_memory_fraction/,
    ],
    ...(
      [
        [{ model: 'm' }, /config\.model: is set by the suite; .* set dynamo\.model\.path/],
        [{ tensor_parallel_size: 2 }, /config\.tensor_parallel_size: .* set dynamo\.transfer\.tensorParallel/],
        [{ kv_cache_config: { dtype: 'fp8' } }, /config\.kv_cache_config\.dtype: .* set dynamo\.engine\.kvCacheDtype/],
        [{ kv_cache_config: { tokens_per_block: 1 } }, /tokens_per_block: .* set dynamo\.transfer\.tokensPerBlock/],
        [{ cache_transceiver_config: { backend: 'UCX' } }, /backend: .* set dynamo\.transfer\.backend/],
        [{ kv_cache_config: null }, /config\.kv_cache_config: must be an object, because the suite sets dtype in it/],
      ] as const
    ).map(([config, expected]): [string, unknown, RegExp] => [
      `a configuration of TensorRT-LLM with ${JSON.stringify(config)}`,
      suite({ engine: { kind: 'trtllm', config } }),
      expected,
    ]),
    [
      'a KV cache type to count that the engine does not get',
      suite({ engine: { kind: 'vllm', kvCacheDtype: 'fp8_e4m3' }, transfer: { kvCacheType: 'bfloat16' } }),
      /transfer\.kvCacheType: counts bfloat16 elements, but the engine gets engine\.kvCacheDtype with fp8 elements/,
    ],
    [
      'NIXL’s counters of workers with several ranks',
      suite({ transfer: { nixlTelemetry: true, tensorParallel: 2 } }),
      /transfer\.nixlTelemetry: counts one rank of a worker, .* transfer\.tensorParallel is 2; remove nixlTelemetry/,
    ],
    [
      'NIXL’s counters of a simulated engine',
      suite({ engine: { kind: 'mocker' }, transfer: { nixlTelemetry: true } }),
      /transfer\.nixlTelemetry: applies only to an engine that sends its KV cache; remove nixlTelemetry/,
    ],
    [
      'a label that is too long',
      suite({ name: 'd'.repeat(40) }, { cluster: { namespace: 'n'.repeat(30) } }),
      /longer than 63 characters/,
    ],
    [
      'an image without a semantic version for the operator',
      suite({ image: 'registry.example.com:5000/runtime:latest' }),
      /dynamo\.runtimeVersion: is required, because the image "registry\.example\.com:5000\/runtime:latest" has no sem/,
    ],
    [
      'a runtime version that the operator refuses',
      suite({ runtimeVersion: 'latest' }),
      /dynamo\.runtimeVersion: is not a version of Dynamo: expected three numbers/,
    ],
    ['a transport tool', suite({ tests: [{ name: 'a', tool: 'nixlbench' }] }), /have the tool "inference"/],
  ];
  for (const [what, input, expected] of bad) {
    it(`refuses ${what}`, () => {
      const checked = checkSpec(input);
      assert.ok('problems' in checked);
      assert.match(checked.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'), expected);
    });
  }
});

describe('the image of a deployment by the operator', () => {
  const digest = `@sha256:${'a'.repeat(64)}`;
  const accepts = (dynamo: Record<string, unknown>) => !('problems' in checkSpec(suite(dynamo)));

  it('needs a runtime version unless its tag is a semantic version', () => {
    for (const tag of [':1.6.1', ':v1.6.1', ':0.9.1', ':1.6.1-cuda13', `:1.6.1${digest}`]) {
      assert.equal(accepts({ image: `registry:5000/runtime${tag}` }), true, tag);
    }
    for (const tag of ['', ':latest', ':my-tag', ':1.6', ':01.6.1', digest, `:latest${digest}`]) {
      assert.equal(accepts({ image: `registry:5000/runtime${tag}` }), false, tag);
      assert.equal(accepts({ image: `registry:5000/runtime${tag}`, runtimeVersion: '1.6.1' }), true, tag);
    }
  });

  it('may have any tag without the operator', () => {
    assert.equal(accepts({ image: 'runtime:latest', deployWith: 'manifests' }), true);
  });

  it('takes a runtime version of three numbers', () => {
    for (const version of ['1.6', 'v1.6.1', '1.6.1-rc1', '1.6.1+x']) {
      assert.equal(accepts({ runtimeVersion: version }), false, version);
    }
  });
});

describe('the cells of a load test', () => {
  it('are a whole sweep for each repetition', () => {
    assert.deepEqual(
      pointsOf({ concurrency: [1, 4], repetitions: 2 }).map(({ concurrency, repetition }) => [concurrency, repetition]),
      [
        [1, 1],
        [4, 1],
        [1, 2],
        [4, 2],
      ],
    );
  });

  it('send enough requests for their concurrency', () => {
    assert.equal(requestsOf({}, { concurrency: 1, repetition: 1 }), 20);
    assert.equal(requestsOf({}, { concurrency: 64, repetition: 1 }), 640);
    assert.equal(requestsOf({ duration: 60 }, { concurrency: 64, repetition: 1 }), undefined);
  });
});

describe('the command line of AIPerf', () => {
  it('has the point and the lengths', () => {
    const { dynamo, test } = parsed({ model: { name: 'm', path: '/models/m' } });
    const command = aiperfCommand(dynamo, test, { concurrency: 16, repetition: 2 }, 'http://f:8000', 1);
    const argumentOf = (option: string) => command[command.indexOf(option) + 1];
    assert.equal(argumentOf('--concurrency'), '16');
    assert.equal(argumentOf('--request-count'), '160');
    assert.equal(argumentOf('--isl'), '2048');
    assert.equal(argumentOf('--osl'), '128');
    assert.equal(argumentOf('--tokenizer'), '/models/m');
    assert.equal(argumentOf('--extra-inputs'), 'ignore_eos:true');
    assert.ok(command.includes('--use-server-token-count'));
  });

  it('has a prompt for each request, warm-up included, so that none is in the prefix cache', () => {
    const prompts = (more: object, load: object = {}, concurrency = 16) => {
      const { dynamo, test } = parsed({ load: { ...load } });
      const command = aiperfCommand(dynamo, { ...test, ...more }, { concurrency, repetition: 1 }, 'http://f:8000', 1);
      return command.flatMap((option, i) => (option === '--num-dataset-entries' ? [command[i + 1]] : []));
    };
    assert.deepEqual(prompts({ warmupRequests: 4 }), ['164']);
    assert.deepEqual(prompts({ warmupRequests: 0, requests: 1000 }), ['1000']);
    const lasting = { warmupRequests: 4, duration: 60, outputTokens: 100 };
    assert.deepEqual(prompts(lasting), [String(4 + 16 * 301)], '500 tokens a second to each of 16');
    assert.deepEqual(prompts({ ...lasting, inputTokens: 100_000 }), ['404'], 'no more than AIPerf can make');
    assert.deepEqual(prompts({ ...lasting, duration: 3600 }, {}, 256), ['19536']);
    for (const own of [['--num-prompts', '7'], ['--num-dataset-entries=7'], ['--input-file', 'prompts.jsonl']]) {
      assert.deepEqual(prompts({}, { arguments: own }), [], own.join(' '));
    }
  });

  it('uses different prompts for each load of a deployment, and the same prompts for the control', () => {
    const { dynamo, test } = parsed();
    const seed = (concurrency: number, repetition: number, attempt: number, of = test) => {
      const command = aiperfCommand(dynamo, of, { concurrency, repetition }, 'http://f:8000', attempt);
      return Number(command[command.indexOf('--random-seed') + 1]);
    };
    const seeds = [1, 2, 4, 10_000].flatMap((concurrency) =>
      [1, 2, 100].flatMap((repetition) => [1, 2].map((attempt) => seed(concurrency, repetition, attempt))),
    );
    assert.equal(new Set(seeds).size, 24);
    assert.equal(seed(4, 2, 1, { ...test, name: 'control', topology: 'aggregated' }), seed(4, 2, 1));
    assert.equal(seed(4, 2, 1, { ...test, seed: 7 }), seed(4, 2, 1) + 6);
    assert.ok(Math.max(...seeds) < 2 ** 31);
  });
});

describe('the command of helm', () => {
  it('installs and never upgrades, waits, takes back what fails, and gives the values on standard input', () => {
    const { dynamo } = parsed({
      platform: { version: '1.6.1', values: { etcd: { persistence: { storageClass: 'gp3' } } }, timeout: '90s' },
    });
    const command = helmCommand(dynamo.platform, { context: 'eks' });
    assert.equal(
      command.arguments.join(' '),
      'install dynamo-platform https://helm.ngc.nvidia.com/nvidia/ai-dynamo/charts/dynamo-platform-1.6.1.tgz --namespace dynamo-system --create-namespace --atomic --wait --timeout 90s --kube-context eks --values -',
    );
    assert.deepEqual(JSON.parse(command.values), { etcd: { persistence: { storageClass: 'gp3' } } });
  });

  it('names the version of a chart from a repository', () => {
    const { dynamo } = parsed({ platform: { chart: 'oci://registry/dynamo-platform', version: '2.0.0' } });
    assert.match(helmCommand(dynamo.platform).arguments.join(' '), /dynamo-platform --version 2\.0\.0 /);
  });

  it('is printed so that a shell takes it as it is meant', () => {
    const { dynamo } = parsed({ platform: { chart: './charts/my chart', values: { note: "o'clock" } } });
    assert.equal(
      helmCommandLine(helmCommand(dynamo.platform)),
      `helm install dynamo-platform './charts/my chart' --namespace dynamo-system --create-namespace --atomic --wait --timeout 900s --values - <<< '{"note":"o'\\''clock"}'`,
    );
  });
});

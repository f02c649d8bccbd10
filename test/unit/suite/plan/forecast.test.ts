import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { knownKv, kvSize } from '../../../../suite/kv/kv-size.js';
import { fromRange } from '../../../../suite/plan/cell-time.js';
import { forecastOf, forecastOfTest, setUpTime } from '../../../../suite/plan/forecast.js';
import { parseSpec } from '../../../../suite/spec/spec.js';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'));
const lf = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };
const forecast = (fields: object) => forecastOf(parseSpec({ name: 's', tests: [lf], ...fields }));
const messages = (concerns: readonly { subject: string; message: string }[]) =>
  concerns.map(({ subject, message }) => `${subject}: ${message}`);

describe('forecast of a suite', () => {
  it('refuses 33 EFA devices on a P5, and says that it has 32', () => {
    const { refused } = forecast({ resources: { devices: [{ resource: 'vpc.amazonaws.com/efa', count: 33 }] } });
    assert.deepEqual(messages(refused), [
      'nodes of type p5.48xlarge: have 32 NICs; a rank requests 33 vpc.amazonaws.com/efa',
    ]);
    assert.deepEqual(forecast({}).refused, []);
  });

  it('refuses more GPUs than there are, GPU memory without a GPU, and unknown instance types', () => {
    assert.match(
      messages(forecast({ resources: { gpu: { count: 9 } } }).refused).join(),
      /have 8 GPUs; a rank requests 9/,
    );
    assert.match(
      messages(forecast({ resources: { gpu: { count: 0 } } }).refused).join(),
      /test lf: needs 1 GPU in each rank, but resources\.gpu\.count is 0/,
    );
    const selector = { 'node.kubernetes.io/instance-type': 'x9.huge' };
    assert.match(
      messages(forecast({ nodes: { selector } }).refused).join(),
      /x9\.huge: the NICs of instance type x9\.huge are unknown/,
    );
    const fabric = { kind: 'efa', nics: 32, nicRate: '100Gbit/s', gpus: 8 };
    assert.deepEqual(forecast({ nodes: { selector }, fabric }).refused, []);
  });

  it('accepts a test of host memory on nodes without GPUs, and knows their ceiling', () => {
    const nodes = { selector: { 'node.kubernetes.io/instance-type': 'hpc7a.96xlarge' } };
    const resources = { gpu: { count: 0 }, devices: [{ resource: 'vpc.amazonaws.com/efa', count: 2 }] };
    const host = { ...lf, initiatorSegType: 'DRAM', targetSegType: 'DRAM', claimed: { value: '40GB/s' } };
    const { refused, doubtful } = forecast({ nodes, resources, tests: [host] });
    assert.deepEqual(messages(refused), []);
    assert.deepEqual(messages(doubtful), [
      'test lf: the claimed 40 GB/s exceeds the hardware ceiling: 37.5 GB/s (2 × 150 Gbit/s)',
    ]);
    const declared = { kind: 'efa', nics: 2, nicRate: '100Gbit/s', gpus: 0 };
    assert.deepEqual(forecast({ resources, fabric: declared, tests: [host] }).refused, []);
  });

  it('doubts that one slot of RDMA grants one NIC where nothing says so', () => {
    const found = (device: object, test: object = {}) =>
      messages(
        forecast({
          fabric: { kind: 'infiniband', nics: 8, nicRate: '400Gbit/s', gpus: 8 },
          resources: { devices: [device], hugepages2Mi: 0 },
          tests: [{ ...lf, backend: 'UCX', ...test }],
        }).doubtful,
      ).filter((text) => text.includes('one slot'));
    assert.match(found({ resource: 'rdma/ib', count: 1 }).join(), /ceiling of 1 of the 8 NICs.* set its nics to 8/);
    assert.deepEqual(found({ resource: 'rdma/ib', count: 1, nics: 8 }), []);
    assert.deepEqual(found({ resource: 'rdma/ib', count: 1, nics: 1 }), []);
    assert.deepEqual(found({ resource: 'nvidia.com/sriov-rdma-vf', count: 8 }), []);
  });

  it('doubts claims and expectations that the hardware cannot meet, and memory that is too small', () => {
    const { doubtful } = forecast({
      resources: { memory: '64Gi' },
      tests: [{ ...lf, claimed: { value: '285GB/s' }, expect: { minBandwidth: '60GB/s' } }],
    });
    assert.deepEqual(messages(doubtful), [
      'test lf: the claimed 285 GB/s exceeds the hardware ceiling: 50 GB/s (4 × 100 Gbit/s)',
      'test lf: can never pass: expect.minBandwidth is 60 GB/s, above the hardware ceiling: 50 GB/s (4 × 100 Gbit/s)',
      'test lf: may run out of memory: 32 EFA devices need about 128 GiB for their buffers, but a rank has 64 GiB',
    ]);
  });

  it('doubts tests that access memory in a way that the EFA of the instance type emulates', () => {
    const doubts = (instanceType: string, test: object) => {
      const nodes = { selector: { 'node.kubernetes.io/instance-type': instanceType } };
      const found = messages(forecast({ nodes, tests: [test] }).doubtful);
      return found.filter((message) => message.includes('RDMA')).join();
    };
    const reads = { ...lf, opType: 'READ' };
    assert.match(doubts('g5.48xlarge', reads), /^test lf: the EFA of g5\.48xlarge has no RDMA: .* emulates the READ/);
    assert.match(doubts('ml.p4d.24xlarge', lf), /^test lf: the EFA of p4d\.24xlarge has RDMA read and no RDMA write/);
    assert.equal(doubts('p4d.24xlarge', reads), '');
    assert.equal(doubts('p5.48xlarge', lf), '');
    assert.equal(doubts('g5.48xlarge', { name: 'tags', tool: 'ucx-perftest', test: 'tag_bw' }), '', 'messages');
  });

  it('doubts LIBFABRIC without the progress thread when the provider is not efa', () => {
    const doubts = (fields: object, test: object = {}) =>
      messages(forecast({ tests: [{ ...lf, ...test }], ...fields }).doubtful);
    const tcp = { env: { FI_PROVIDER: 'tcp' } };
    assert.deepEqual(doubts(tcp), [
      "test lf: hangs with nixlbench 1.1 or newer: with FI_PROVIDER=tcp, LIBFABRIC needs NIXL's progress thread; set enablePt to true",
    ]);
    assert.deepEqual(doubts(tcp, { enablePt: true }), []);
    assert.deepEqual(doubts(tcp, { backend: 'UCX' }), []);
    assert.deepEqual(doubts(tcp, { env: { FI_PROVIDER: 'efa' } }), [], 'the environment of the test counts');
    assert.deepEqual(doubts({}), []);
    assert.deepEqual(doubts({ env: { FI_PROVIDER: null } }), [], 'libfabric prefers efa where there is EFA');
    assert.deepEqual(doubts({ env: { FI_PROVIDER: '^tcp' } }), []);
    const box = { fabric: { kind: 'ethernet', rate: '1Gbit/s', interface: 'eth0' } };
    assert.match(doubts({ ...box, env: { FI_PROVIDER: null } }).join(), /with no EFA devices, LIBFABRIC needs/);
  });

  it('doubts schemes with more devices than they pair', () => {
    const doubts = (scheme: string) =>
      messages(
        forecast({
          tests: [{ ...lf, mode: 'MG', scheme, numInitiatorDev: 8, numTargetDev: 8 }],
          resources: { gpu: { count: 8 } },
        }).doubtful,
      ).join();
    assert.match(
      doubts('manytoone'),
      /may fail: scheme manytoone pairs with one device of the target, but numTargetDev is 8/,
    );
    assert.match(doubts('onetomany'), /may fail: scheme onetomany has one device of the initiator/);
    assert.doesNotMatch(doubts('pairwise'), /may fail/);
  });

  it('doubts no LIBFABRIC test of the shipped suites', () => {
    for (const name of ['local', 'local-network', 'local-kv-model', 'p5', 'p5-controls', 'p5-dynamo']) {
      const { doubtful } = forecastOf(parseSpec(read(`suites/${name}.json`)));
      assert.deepEqual(
        messages(doubtful).filter((text) => text.includes('enablePt')),
        [],
        name,
      );
    }
  });

  it('doubts huge pages that the ranks do not have', () => {
    const doubts = (fields: object) =>
      messages(forecast({ tests: [{ ...lf, options: { use_hugepages: true }, ...fields }] }).doubtful);
    assert.match(
      doubts({ targetSegType: 'DRAM' }).join(),
      /use_hugepages needs 8 GiB of 2 MiB huge pages, but a rank has 5 GiB; increase resources\.hugepages2Mi/,
    );
    assert.deepEqual(doubts({ targetSegType: 'DRAM', totalBufferSize: '4Gi' }), []);
    assert.deepEqual(doubts({}), [], 'VRAM has no huge pages');
  });

  it('counts cells and pods with the fewest and the most repetitions, and node-hours of two nodes', () => {
    const { cellCount, pods, wallTime, nodeHours } = forecast({ tests: [{ ...lf, adaptive: {}, warmupCells: 1 }] });
    assert.deepEqual(cellCount, { low: 11, high: 61 });
    assert.deepEqual(pods, { ranks: { low: 22, high: 122 }, probes: 2, etcd: 1 });
    assert.ok(wallTime.low < wallTime.expected && wallTime.expected < wallTime.high);
    assert.equal(nodeHours.high, (wallTime.high * 2) / 3600);
  });

  it('counts points of phase 3 and the time of its deployments, and refuses workers that no node holds', () => {
    const dynamo = {
      model: { name: 'm' },
      readyTimeout: '10m',
      replicas: { prefill: 2, decode: 1 },
      tests: [{ name: 'load', tool: 'inference', concurrency: [1, 4], repetitions: 2, timeout: '1m' }],
    };
    const [without, { load, cellCount, wallTime, refused }] = [forecast({}), forecast({ dynamo })];
    assert.equal(cellCount.low, without.cellCount.low + 4);
    assert.deepEqual(
      load.map(({ test, workers, gpus, nics }) => [test, workers, gpus, nics]),
      [['load', 3, 3, 12]],
    );
    const more = wallTime.expected - without.wallTime.expected;
    assert.ok(Math.abs(more - (load[0]?.time.expected ?? 0)) < 1e-6);
    assert.ok(
      more > 20 + 4 * 15 && more < 600 + 4 * 180 + 150,
      'between the ends of the deployment and of four points',
    );
    assert.deepEqual(refused, []);
    const large = forecast({ dynamo: { ...dynamo, resources: { gpu: 8, efa: 32 } } });
    assert.deepEqual(messages(large.refused), [
      'nodes of type p5.48xlarge: have 8 GPUs; the 2 workers of a role on one node request 16',
      'nodes of type p5.48xlarge: have 32 NICs; the 2 workers of a role on one node request 64',
    ]);
  });

  it('counts the GPUs of workers that come by claims, and refuses more than a node has', () => {
    const resources = (count: number) => ({ gpu: 0, claims: [{ name: 'gpu', deviceClass: 'gpu.nvidia.com', count }] });
    const planned = (count: number) =>
      forecast({
        dynamo: { model: { name: 'm' }, tests: [{ name: 'load', tool: 'inference' }], resources: resources(count) },
      });
    assert.equal(planned(4).load[0]?.gpus, 8);
    assert.match(messages(planned(9).refused).join(), /have 8 GPUs; the 1 worker of a role on one node request 9/);
  });

  it('doubts loads of a real engine whose KV bytes are not known', () => {
    const doubtsAbout = (model: object, more: object = {}) =>
      messages(
        forecast({
          dynamo: {
            model: { name: 'Qwen/Qwen3-0.6B', ...model },
            tests: [
              { name: 'control', tool: 'inference', topology: 'aggregated' },
              { name: 'load', tool: 'inference' },
            ],
            ...more,
          },
        }).doubtful,
      );
    const config = { num_hidden_layers: 28, num_attention_heads: 16, hidden_size: 1024 };
    assert.deepEqual(
      doubtsAbout({}).map((text) => text.split(',')[0]),
      ['test load: its KV transfer cannot be proven'],
    );
    assert.equal(doubtsAbout({ config }).length, 1, 'a config without the type of the numbers does not do');
    assert.deepEqual(doubtsAbout({ config: { ...config, torch_dtype: 'bfloat16' } }), []);
    const [quantized] = doubtsAbout({ config: { ...config, torch_dtype: 'bfloat16', quantization_config: {} } });
    assert.match(quantized ?? '', /are unknown: the model is quantized .* set dynamo\.transfer\.kvCacheType/);
    assert.deepEqual(doubtsAbout({ path: '/models/qwen' }), []);
    assert.deepEqual(doubtsAbout({}, { engine: { kind: 'mocker' } }), []);
    const counted = (kvCacheType: string, engine: object = {}, fields: object = {}) =>
      doubtsAbout(
        { config: { ...config, torch_dtype: 'bfloat16', ...fields } },
        { engine: { kind: 'trtllm', ...engine }, transfer: { kvCacheType } },
      );
    assert.match(
      counted('fp8').join(),
      /^test load: its KV transfer is predicted with fp8 elements .* the engine keeps those of the model, .*bfloat16/,
    );
    assert.deepEqual(counted('float16'), [], 'as many bytes');
    assert.deepEqual(counted('fp8', { kvCacheDtype: 'fp8' }), []);
    assert.deepEqual(counted('fp8', {}, { quantization_config: {} }), [], 'the checkpoint decides');
    assert.deepEqual(counted('fp8', { kind: 'mocker' }), []);
  });

  it('knows how many KV bytes the models of the suites for P5 have', () => {
    const { dynamo } = parseSpec(read('suites/p5-dynamo.json'));
    assert.ok(dynamo?.model.config);
    assert.equal(knownKv(kvSize(dynamo.model.config, 'auto', 1))?.bytesPerToken, 114_688);
  });

  it('expects no cell to take longer than its time limit allows, and less for fewer rows', () => {
    const time = (fields: object) => forecast({ tests: [{ ...lf, ...fields }] }).cells[0]?.time;
    assert.ok((time({ timeout: '1m' })?.high ?? 0) <= 60 + 45 + 10);
    assert.ok((time({ startBlockSize: '64Mi' })?.low ?? 0) < (time({})?.low ?? 0));
  });

  it('ends adaptive tests with their time budget, but never before `repetitions` and warm-up cells', () => {
    const adaptive = (timeBudget: string, seconds: { low: number; high: number }, fields: object = {}) => {
      const spec = parseSpec({ name: 's', tests: [{ ...lf, adaptive: { timeBudget }, ...fields }] });
      const cell = { mean: (seconds.low + seconds.high) / 2, variance: 0 };
      const history = { cells: new Map([['lf', { ...seconds, cell, within: 0 }]]), setUp: { mean: 0, variance: 0 } };
      const { cellCount, wallTime, cells } = forecastOf(spec, history);
      assert.equal(cells.length, cellCount.low);
      return { cellCount, expected: wallTime.expected };
    };
    const minute = { low: 60, high: 60 };
    assert.deepEqual(adaptive('5m', minute), { cellCount: { low: 5, high: 5 }, expected: 300 });
    const certain = { repetitions: 7, warmupCells: 1 };
    assert.deepEqual(adaptive('5m', minute, certain), { cellCount: { low: 8, high: 8 }, expected: 480 });
    const between = adaptive('30m', minute);
    assert.deepEqual(between.cellCount, { low: 10, high: 30 });
    assert.ok(between.expected > 600 && between.expected < 1800);
    const { cellCount, expected } = adaptive('24h', minute);
    assert.deepEqual(cellCount, { low: 10, high: 60 });
    assert.ok(expected > between.expected && expected < 3600, 'a longer budget allows more repetitions');
    assert.deepEqual(adaptive('30m', { low: 60, high: 300 }).cellCount, { low: 6, high: 30 });
  });

  it('believes earlier runs more than the parameters, also for set-up', () => {
    const spec = parseSpec({ name: 's', tests: [{ ...lf, repetitions: 3 }] });
    const known = { low: 100, high: 110, cell: { mean: 105, variance: 4 }, within: 9 };
    const setUp = { mean: 40, variance: 25 };
    const { cells, wallTime } = forecastOf(spec, { cells: new Map([['lf', known]]), setUp });
    assert.deepEqual(cells[0]?.time, { ...known, measured: true });
    assert.ok(Math.abs(wallTime.expected - (40 + 3 * 105)) < 0.1);
    const without = forecastOf(spec);
    assert.ok(wallTime.high - wallTime.low < (without.wallTime.high - without.wallTime.low) / 10);
    assert.ok(setUpTime().mean > 15 && setUpTime().mean < 300);
  });

  it('joins the variants of a test: differences between them are within the test', () => {
    const spec = parseSpec({ name: 's', tests: [{ ...lf, matrix: { 'env.A': ['1', '2'] }, repetitions: 2 }] });
    const [test] = spec.tests;
    assert.ok(test);
    const [fast, slow] = [10, 30].map((mean) => ({ low: mean, high: mean, cell: { mean, variance: 1 }, within: 0 }));
    assert.ok(fast && slow);
    const { cells, cell, within } = forecastOfTest(spec, test, {
      cells: new Map([
        ['lf-v1', fast],
        ['lf-v2', slow],
      ]),
    });
    assert.deepEqual([cells, cell, within], [{ low: 4, high: 4 }, { mean: 20, variance: 1 }, 100]);
  });

  it('expects more of the range near its lower end', () => {
    const { cell } = fromRange({ low: 20, high: 200 });
    assert.ok(cell.mean > 40 && cell.mean < 60, `${cell.mean}`);
    assert.deepEqual(fromRange({ low: 60, high: 60 }).cell, { mean: 60, variance: 0 });
  });

  it('suites/p5-controls.json has the controls, valid and within a P5', () => {
    const spec = parseSpec(read('suites/p5-controls.json'));
    const { cells, refused } = forecastOf(spec);
    assert.deepEqual(refused, []);
    const variants = new Set(cells.map(({ test, variant }) => `${test.replace(/-v\d+$/, '')} ${variant}`.trim()));
    for (const control of [
      'lf-p2p fi-hmem-disable-p2p-1',
      'lf-rails nics-1',
      'lf-rails nics-4',
      'lf-memory dram-dram-read',
      'lf-memory vram-vram-write',
      'ucx-nics 1-devices',
      'ucx-nics 32-devices',
    ]) {
      assert.ok(variants.has(control), `${control} is not among ${[...variants].join(', ')}`);
    }
    const rails = cells.find(({ variant }) => variant === 'nics-2');
    assert.equal(rails?.nics, 2);
  });
});

describe('forecast of a control within one node', () => {
  const sameNode = (fields: object) =>
    messages(forecast({ tests: [{ ...lf, placement: 'same-node', ...fields }] }).refused);

  it('refuses ranks that do not fit on one node together, each resource by its key', () => {
    assert.deepEqual(sameNode({}), [
      'test lf: places both ranks on one node, but nodes of type p5.48xlarge have 8 GPUs and the ranks request 2 × 8; set gpus of the test to at most 4',
      'test lf: places both ranks on one node, but nodes of type p5.48xlarge have 32 NICs and the ranks request 2 × 32; set nics of the test to at most 16',
    ]);
    assert.deepEqual(sameNode({ gpus: 4, nics: 16 }), []);
    assert.deepEqual(sameNode({ gpus: 4, nics: 0 }), []);
    assert.match(sameNode({ gpus: 5, nics: 0 }).join(), /2 × 5/);
  });

  it('does not doubt its claim by the ceiling of the fabric, or its ranks without NICs', () => {
    const claimed = { value: '285GB/s' };
    const doubtful = (fields: object) =>
      messages(forecast({ tests: [{ ...lf, backend: 'UCX', claimed, ...fields }] }).doubtful);
    assert.match(doubtful({}).join(), /exceeds the hardware ceiling/);
    assert.doesNotMatch(doubtful({ placement: 'same-node', gpus: 4, nics: 0 }).join(), /ceiling|no EFA device/);
  });

  it('needs the GPUs of its tool in the GPUs of the test', () => {
    assert.match(
      messages(forecast({ tests: [{ ...lf, gpus: 0 }] }).refused).join(),
      /needs 1 GPU in each rank, but gpus is 0/,
    );
  });

  it('can be one value of an axis', () => {
    const where = [{ placement: 'two-nodes' }, { placement: 'same-node', nics: 0 }];
    const { refused, cells } = forecast({ tests: [{ ...lf, gpus: 4, matrix: { where } }] });
    assert.deepEqual(messages(refused), []);
    assert.deepEqual(
      cells.map(({ variant, nics }) => [variant, nics]),
      [
        ['two-nodes', 32],
        ['same-node-nics-0', 0],
      ],
    );
  });
});

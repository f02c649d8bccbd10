import { cksum } from '../../suite/aiperf/cksum.js';
import { readProbe } from '../../suite/cluster/probe.js';
import { probeLogDamage } from '../../suite/cluster/probe-log.js';
import { ethernet } from '../../suite/fabrics/ethernet/ceiling.js';
import { instanceFabric } from '../../suite/hardware/instances/catalogue.js';
import type { Row } from '../../suite/hardware/measurement.js';
import { type AttemptContext, judgeTransport } from '../../suite/judge/judge.js';
import { judgeInference } from '../../suite/judge/judge-inference.js';
import { inferenceSpec } from '../../suite/spec/inference-tests.js';
import { parseSpec } from '../../suite/spec/spec.js';
import { type TransportTestSpec, toolOf } from '../../suite/tools/registry.js';
import { counters, framed } from './evidence.js';
import { fixture } from './fixtures.js';

/** What a judge takes from a log: the figures of a passed attempt by name; undefined when the log has no valid figure. */
export type Figures = ReadonlyMap<string, number> | undefined;

/** Recorded output of a tool, with the judge that reads it. */
export interface MutationCase {
  readonly tool: string;
  readonly name: string;
  /** The log of the pod that gets damaged. */
  readonly log: string;
  /** Output of the same tool with other figures, with and without the frames of the entry script. */
  readonly others: readonly string[];
  judge(log: string): Figures;
  /** Largest relative difference of a figure that its rounding, and that of the figures beside it, can hide. */
  tolerance(figure: string): number;
}

const ETHERNET: AttemptContext = {
  fabric: ethernet(1.25e9, 'test'),
  networkInterface: 'eth0',
  visibleNics: 1,
  timedOut: false,
};
const P5 = instanceFabric('p5.48xlarge');
if (!P5) throw new Error('the catalogue has no P5');
const ON_P5: AttemptContext = { fabric: P5, networkInterface: '', visibleNics: 32, timedOut: false };

function specOf(fields: object): TransportTestSpec {
  const [test] = parseSpec({ name: 's', tests: [{ name: 't', ...fields }] }).tests;
  if (!test) throw new Error('the spec has no test');
  return test as TransportTestSpec;
}

/** Returns half a unit of the last digit of a printed number, as a share of it. */
function rounding(text: string): number {
  const decimals = text.split('.')[1]?.length ?? 0;
  return (0.5 * 10 ** -decimals) / Math.max(Number(text), Number.MIN_VALUE);
}

/** Smallest tolerance: figures of one row may differ by a millionth in either direction. */
const LEAST = 4e-6;

interface TransportCase {
  readonly name: string;
  readonly test: TransportTestSpec;
  readonly context: AttemptContext;
  /** Output of the rank that prints the table. */
  readonly output: string;
  readonly peer?: string;
  /** Further outputs of the tool. */
  readonly others: readonly string[];
  /** Tolerances of the figures of the rows by block size: bandwidth and latency. */
  readonly tolerances: ReadonlyMap<number, { readonly bandwidth: number; readonly latency: number }>;
}

/** Adds the frames of the entry script, whose counters prove the path. */
function inPod(test: TransportTestSpec, { fabric }: AttemptContext, output: string): string {
  if (output.includes('@@dynamo-bench {"event":"begin"}')) return output;
  const { least } = toolOf(test).expectedBytes(test);
  if (fabric.kind !== 'efa') return framed(counters('net/eth0', 'tx_bytes', least, output));
  const nics = ['rdmap79s0', 'rdmap80s0', 'rdmap81s0', 'rdmap82s0'];
  return framed(
    nics.reduce((log, nic) => counters(`infiniband/${nic}`, 'rdma_write_bytes', least / nics.length, log), output),
  );
}

function transportCase({ name, test, context, output, peer = '', others, tolerances }: TransportCase): MutationCase {
  const log = inPod(test, context, output);
  const other = inPod(test, context, peer);
  return {
    tool: test.tool,
    name,
    log,
    others: [...others, ...others.map((text) => inPod(test, context, text))],
    judge(damaged) {
      const rank = { exitCode: 0, endedBySuite: false };
      const { verdict, rows, measurement } = judgeTransport(
        test,
        [
          { ...rank, position: 'node2', node: 'b', log: test.tool === 'nixlbench' ? damaged : other },
          { ...rank, position: 'node1', node: 'a', log: test.tool === 'nixlbench' ? other : damaged },
        ],
        context,
      );
      if (verdict !== 'pass' || !measurement) return undefined;
      return new Map([['headline', measurement.value], ...rows.flatMap(figuresOfRow)]);
    },
    tolerance(figure) {
      const [block, metric] = figure.split(' ');
      if (figure === 'headline') {
        return Math.max(...[...tolerances.values()].map(({ bandwidth, latency }) => Math.min(bandwidth, latency)));
      }
      return tolerances.get(Number(block))?.[metric === 'latency' ? 'latency' : 'bandwidth'] ?? 0;
    },
  };
}

function figuresOfRow({ blockSize, batchSize, bytesPerSecond, latency }: Row): [string, number][] {
  const name = (metric: string) => `${blockSize} ${metric} ${batchSize}`;
  return [
    [name('bandwidth'), bytesPerSecond],
    ...(latency === undefined ? [] : [[name('latency'), latency] as [string, number]]),
  ];
}

/** Tolerances of rows whose fields are separated by blanks or commas. Each figure must agree with all others of its row. */
function tolerancesOf(
  output: string,
  fieldsOf: (
    fields: readonly string[],
  ) => { block: number; bandwidth: string; latency: string; further: readonly string[] } | undefined,
) {
  const found = output.split('\n').flatMap((line) => {
    const row = fieldsOf(line.trim().split(/[\s,]+/));
    if (!row) return [];
    const tolerance = (own: string, partners: readonly string[]) =>
      LEAST + 2 * (rounding(own) + Math.min(...partners.map(rounding)));
    const { block, bandwidth, latency, further } = row;
    return [
      [
        block,
        {
          bandwidth: tolerance(bandwidth, [latency, ...further]),
          latency: tolerance(latency, [bandwidth, ...further]),
        },
      ] as const,
    ];
  });
  return new Map(found);
}

const ucxTolerances = (output: string) =>
  tolerancesOf(output, ([name = '', , , , latency = '', , bandwidth = '', , rate = '']) =>
    /^s\d+$/.test(name) ? { block: Number(name.slice(1)), bandwidth, latency, further: [rate] } : undefined,
  );

const nixlbenchTolerances = (output: string) =>
  tolerancesOf(output, ([block = '', batch, bandwidth = '', latency = '', ...others]) =>
    /^\d+$/.test(block) && batch !== undefined && others.length === 6
      ? { block: Number(block), bandwidth, latency, further: [] }
      : undefined,
  );

function pingpongTolerances(output: string) {
  let size = 0;
  return tolerancesOf(output, ([first = '', second = '', third = '', , time = '', bandwidth = '', latency = '']) => {
    if (first === '#') size = Number(third);
    return /^\d/.test(first) && second !== ''
      ? { block: size, bandwidth, latency, further: [time.slice(0, -1)] }
      : undefined;
  });
}

function ucxCases(): MutationCase[] {
  const sizes = [4096, 65536, 1048576];
  return (
    [
      ['tag_bw', 'batch-tag-bw-csv-1.13', 'batch-tag-bw-csv-1.22'],
      ['tag_bw', 'batch-tag-bw-csv-1.22', 'batch-tag-bw-csv-1.13'],
      ['tag_lat', 'batch-tag-lat-csv-1.13', 'batch-tag-lat-csv-1.22'],
      ['tag_lat', 'batch-tag-lat-csv-1.22', 'batch-tag-lat-csv-1.13'],
      ['tag_bw', 'batch-tag-bw-table-1.13', 'batch-tag-bw-table-1.22'],
      ['tag_bw', 'batch-tag-bw-table-1.22', 'batch-tag-bw-table-1.13'],
    ] as const
  ).map(([test, name, other]) => {
    const output = fixture(`ucx-perftest/${name}.client.txt`);
    return transportCase({
      name,
      test: specOf({ tool: 'ucx-perftest', test, memory: 'host', sizes, iterations: 300, warmupIterations: 20 }),
      context: ETHERNET,
      output,
      others: [fixture(`ucx-perftest/${other}.client.txt`)],
      tolerances: ucxTolerances(output),
    });
  });
}

/** Two processes, one for each device. */
function ucxDevices(): MutationCase {
  const outputs = ['1.13', '1.22'].map((version) => fixture(`ucx-perftest/batch-tag-bw-csv-${version}.client.txt`));
  const frame = (index: number) => `@@dynamo-bench {"event":"process","index":${index},"device":"eth0"}`;
  const tolerances = outputs.map(ucxTolerances);
  return transportCase({
    name: 'two devices',
    test: specOf({
      tool: 'ucx-perftest',
      test: 'tag_bw',
      memory: 'host',
      sizes: [4096, 65536, 1048576],
      iterations: 300,
      warmupIterations: 20,
      devices: ['eth0', 'eth1'],
    }),
    context: { ...ETHERNET, fabric: ethernet(2.5e9, 'test') },
    output: outputs.map((output, i) => `${frame(i)}\n${output}`).join(''),
    others: outputs,
    tolerances: new Map(
      [...(tolerances[0]?.keys() ?? [])].map((size) => [
        size,
        {
          bandwidth: Math.max(...tolerances.map((own) => own.get(size)?.bandwidth ?? 0)),
          latency: Math.max(...tolerances.map((own) => own.get(size)?.latency ?? 0)),
        },
      ]),
    ),
  });
}

function nixlbenchCases(): MutationCase[] {
  const dram = { initiatorSegType: 'DRAM', targetSegType: 'DRAM', totalBufferSize: '16Mi', maxBlockSize: '64Ki' };
  const small = { ...dram, numIter: 160, warmupIter: 16 };
  return (
    [
      ['clean', 'libfabric', { backend: 'UCX', ...small }, ETHERNET],
      ['libfabric', 'clean', { backend: 'LIBFABRIC', enablePt: true, ...small }, ETHERNET],
      ['p5-shape', 'clean', { backend: 'LIBFABRIC' }, ON_P5],
    ] as const
  ).map(([name, other, fields, context]) => {
    const output = fixture(`nixlbench/${name}.rank0.txt`);
    return transportCase({
      name,
      test: specOf({ tool: 'nixlbench', ...fields }),
      context,
      output,
      peer: fixture(`nixlbench/${name === 'p5-shape' ? 'libfabric' : name}.rank1.txt`),
      others: [fixture(`nixlbench/${other}.rank0.txt`)],
      tolerances: nixlbenchTolerances(output),
    });
  });
}

function pingpongCases(): MutationCase[] {
  return (
    [
      ['ok', 'shaped-link', { sizes: [64, 1200, 65536, 1048576], iterations: 50 }],
      ['shaped-link', 'ok', { sizes: [64, 67108864], iterations: 8, figure: 'latency' }],
    ] as const
  ).map(([name, other, fields]) => {
    const output = fixture(`fi-pingpong/${name}.client.txt`);
    const test = specOf({ tool: 'fi-pingpong', provider: 'tcp', ...fields });
    return transportCase({
      name,
      test,
      context: ETHERNET,
      output,
      peer: fixture(`fi-pingpong/${name}.server.txt`),
      others: [fixture(`fi-pingpong/${other}.client.txt`)],
      tolerances: pingpongTolerances(output),
    });
  });
}

/** A log as `load.sh` prints it. */
function loadLog(json: string, csv: string): string {
  const file = (name: string, content: string) => {
    const { sum, bytes } = cksum(content);
    return `\n@@dynamo-bench {"event":"file","name":"${name}"}\n${content}\n@@dynamo-bench {"event":"end-file","cksum":${sum},"bytes":${bytes}}\n`;
  };
  const files = [file('profile_export_aiperf.csv', csv), file('profile_export_aiperf.json', json)];
  return ['AIPerf', ...files, '\n@@dynamo-bench {"event":"end","exitCode":0}\n'].join('');
}

function aiperfCase(): MutationCase {
  const [json, csv] = [fixture('aiperf/ok.json'), fixture('aiperf/ok.csv')];
  const test = inferenceSpec.parse({
    name: 'load',
    tool: 'inference',
    inputTokens: 128,
    outputTokens: 32,
    requests: 50,
    warmupRequests: 0,
    limits: { outputShare: 0.9 },
  });
  const killed = fixture('aiperf/decode-killed.json');
  return {
    tool: 'aiperf',
    name: 'ok',
    log: loadLog(json, csv),
    others: [killed, loadLog(killed, csv)],
    judge(log) {
      const worker = { role: 'decode', pod: 'd', uid: '1', restarts: 0, nicBytes: 1000, nicSource: 'efa' as const };
      const evidence = { log, timedOut: false, deleted: false, before: [worker], after: [worker] };
      const circumstances = {
        simulated: true,
        unchecked: [],
        fabricDevices: undefined,
        events: [],
        tokensPerBlock: 32,
        engine: 'a simulated engine',
        transferBackend: 'LIBFABRIC',
      };
      const { verdict, load } = judgeInference(test, { concurrency: 4, repetition: 1 }, evidence, circumstances);
      return verdict === 'pass' && load ? new Map(numbersIn(load)) : undefined;
    },
    tolerance: () => LEAST,
  };
}

function numbersIn(value: unknown, path = ''): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersIn(inner, `${path}/${key}`));
}

/**
 * The log of a probe pod. It has no figures, and its facts only once: what is counted is a log that lost a section or has one
 * of another log, which would look like a tool that the image lacks.
 */
function probeCase(): MutationCase {
  const log = fixture('probe/no-tools.txt');
  return {
    tool: 'probe',
    name: 'no tools',
    log,
    others: [log],
    judge(damaged) {
      readProbe(damaged, 'node', 'sha256:1');
      if (probeLogDamage(damaged) !== undefined) return undefined;
      const sections = damaged.split('\n').filter((line) => line.startsWith('@@dynamo-bench section '));
      return new Map(sections.map((line, i) => [line, i]));
    },
    tolerance: () => 0,
  };
}

/** Returns all cases. Undamaged, each has figures. */
export function mutationCases(): MutationCase[] {
  return [...ucxCases(), ucxDevices(), ...nixlbenchCases(), ...pingpongCases(), aiperfCase(), probeCase()];
}

/**
 * Describes the figure that a damaged log has and the original does not; undefined when no figure was accepted, or all are
 * the original ones up to their rounding.
 */
export function otherFigure(
  original: Figures,
  found: Figures,
  tolerance: (figure: string) => number,
): string | undefined {
  if (!found || !original) return undefined;
  for (const name of new Set([...original.keys(), ...found.keys()])) {
    const [before, after] = [original.get(name), found.get(name)];
    if (before === undefined || after === undefined) return `${name}: ${before} became ${after}`;
    if (before !== after && !(Math.abs(after / before - 1) <= tolerance(name)))
      return `${name}: ${before} became ${after}`;
  }
  return undefined;
}

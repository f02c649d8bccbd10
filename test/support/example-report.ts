import { mersenne } from 'pure-rand/generator/mersenne';
import type { HistoryOfMetric, Report } from '../../reports/model/report.js';
import type { TransportCell } from '../../suite/record/record.js';
import { type ExampleLoadOptions, exampleDynamo } from './example-load.js';
import { measuredCell, suiteRecord } from './records.js';

const BLOCKS = Array.from({ length: 15 }, (_, i) => 2 ** (12 + i));
const START = Date.parse('2026-01-05T02:30:00.000Z');
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

/**
 * A report with everything on it: three transport tests, five repetitions, a lost attempt, a claim that cannot be, a
 * regression, and phase 3.
 */
export function exampleReport(repetitions = 5, load: ExampleLoadOptions = {}): Report {
  const random = mersenne(7);
  const noise = () => 1 + (((random.next() >>> 0) / 2 ** 32) * 2 - 1) * 0.012;
  let clock = 48;
  const cell = (test: string, bandwidth: number, repetition: number, ceiling: number): TransportCell => {
    const made = measuredCell({
      workflowId: 'nightly-p5',
      test,
      repetition,
      bandwidth: bandwidth * noise(),
      blocks: BLOCKS,
    });
    const lost = test === 'nixl-libfabric' && repetition === 2;
    const attempts = (lost ? [1, 2] : [1]).map((number) => {
      const [from, to] = [clock + 4, clock + 4 + (lost && number === 1 ? 11 : 38)];
      clock = to;
      return {
        ...made.attempts[0],
        number,
        group: `g${number}`,
        startedAt: at(from),
        endedAt: at(to),
        timedOut: false,
        ranks: (made.attempts[0]?.ranks ?? []).map((rank) => ({
          ...rank,
          startedAt: at(from + (rank.position === 'node1' ? 11 : 4)),
          finishedAt: at(to - 2),
          log: { ...rank.log, path: `${test}/r${repetition}-a${number}/${rank.position}.log` },
        })),
        ...(lost && number === 1
          ? { failure: { class: 'PeerLost', message: 'node1 ended first', hint: 'again' } }
          : {}),
      };
    });
    return {
      ...made,
      measuredBy: { workflowId: 'nightly-p5', runId: 'run-nightly-p5' },
      ceiling: {
        bytesPerSecond: ceiling,
        nics: Math.round(ceiling / 12.5e9),
        explanation: `${Math.round(ceiling / 12.5e9)} × 100 Gbit/s`,
      },
      attempts,
      parameters:
        test === 'ucx-native'
          ? { tool: 'ucx-perftest', test: 'ucp_put_bw', memory: 'cuda', devices: [] }
          : {
              tool: 'nixlbench',
              backend: test === 'nixl-ucx' ? 'UCX' : 'LIBFABRIC',
              mode: 'SG',
              initiatorSegType: 'VRAM',
              targetSegType: 'VRAM',
              opType: 'WRITE',
            },
      recordedAt: at(clock),
    };
  };
  const numbers = Array.from({ length: repetitions }, (_, i) => i + 1);
  const ucx = numbers.map((n) => cell('ucx-native', 11.9e9, n, 12.5e9));
  const libfabric = numbers.map((n) => cell('nixl-libfabric', 44.1e9, n, 50e9));
  const slow = numbers.map(
    (n): TransportCell => ({
      ...cell('nixl-ucx', 0.85e9, n, 50e9),
      verdict: 'fail',
      reasons: [{ code: 'below-expectation', message: '850 MB/s is below the expected 40 GB/s' }],
    }),
  );
  const dynamo = exampleDynamo({ from: at(clock + 90), ...load });
  const lastLoad = Math.max(...dynamo.tests.flatMap(({ cells }) => cells.map((one) => Date.parse(one.recordedAt))));
  const record = suiteRecord('nightly-p5', [...ucx, ...libfabric, ...slow], {
    startedAt: at(0),
    endedAt: new Date(lastLoad + 40_000).toISOString(),
    dynamo,
    reasons: [{ code: 'optional-failure', message: 'nixl-ucx: fail, not required' }],
  });
  const claims: Record<string, { value: number; source: string }> = {
    'ucx-native': { value: 285e9, source: 'the benchmark plan, per NIC' },
    'nixl-libfabric': { value: 46.48e9, source: 'the benchmark plan' },
    'nixl-ucx': { value: 0.85e9, source: 'the benchmark plan' },
  };
  const tests = record.tests.map((test) => {
    const claimed = claims[test.name];
    return {
      ...test,
      required: test.name !== 'nixl-ucx',
      verdict: test.name === 'nixl-ucx' ? ('fail' as const) : test.verdict,
      ...(claimed ? { claimed } : {}),
    };
  });
  return {
    record: { ...record, tests },
    complete: true,
    comparison: {
      version: 1,
      change: 'regressed',
      reason: 'nixl-libfabric/bandwidth is 5.1 % lower than in the baseline',
      baseline: {
        kind: 'rolling',
        name: 'the last 3 comparable runs',
        runs: [2, 3, 4].map((day) => ({
          workflowId: `nightly-2026-01-0${day}`,
          runId: `run-${day}`,
          startedAt: `2026-01-0${day}T02:30:00.000Z`,
        })),
      },
      minimalDifference: 0.03,
      metrics: [
        {
          metric: 'nixl-libfabric/bandwidth',
          change: 'regressed',
          reason: '5.1 % lower, and the whole interval is beyond 3 %',
          baseline: { median: 46.5e9, n: 15 },
          current: { median: 44.1e9, n: 5 },
          difference: -0.051,
          interval: { low: -0.058, high: -0.044 },
          since: { workflowId: 'nightly-2026-01-05', startedAt: '2026-01-05T02:30:00.000Z', size: -0.051 },
        },
        { metric: 'ucx-native/bandwidth', change: 'unchanged', reason: 'within 3 %', difference: 0.002 },
      ],
    },
    history: [
      exampleHistory('nixl-libfabric/bandwidth', 'bytes per second', 46.5e9),
      exampleHistory(
        dynamo.engine === 'mocker' ? 'disaggregated/simulated-ttft/c1' : 'disaggregated/ttft/c1',
        'seconds',
        0.31,
        dynamo.engine === 'mocker',
      ),
    ],
  };
}

function exampleHistory(
  metric: string,
  unit: HistoryOfMetric['unit'],
  level: number,
  simulated = false,
): HistoryOfMetric {
  const random = mersenne(11);
  const noise = () => 1 + (((random.next() >>> 0) / 2 ** 32) * 2 - 1) * 0.01;
  const points = Array.from({ length: 40 }, (_, night) => ({
    workflowId: `nightly-${night}`,
    runId: `run-${night}`,
    startedAt: new Date(START - (39 - night) * 86_400_000).toISOString(),
    values: Array.from({ length: 5 }, () => level * (night < 34 ? 1 : 0.948) * noise()),
  }));
  return {
    metric,
    unit,
    simulated,
    points,
    band: { low: level * 0.97, high: level * 1.03 },
    steps: [{ startedAt: points[34]?.startedAt ?? '', workflowId: 'nightly-34', size: -0.051 }],
  };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { type AttemptJudgement, judgeCellActivities } from '../../activities/cells/judge-cell.js';
import { ActivityContext } from '../../activities/context/context.js';
import { type EvidenceInput, evidenceActivities } from '../../activities/transport/evidence.js';
import { ResultStore } from '../../results/store.js';
import { instanceFabric } from '../../suite/hardware/instances/catalogue.js';
import type { RankRecord } from '../../suite/record/record.js';
import { transportTest } from '../../suite/spec/transport-tests.js';
import { LogServer, type MadeLog } from './log-server.js';
import { NO_SCHEDULES } from './temporary-store.js';

/**
 * A process that stores and judges the evidence of two ranks as a worker does, and prints what it took as JSON:
 *
 *   node log-process.js LINE TIMES     both ranks print a line (a JSON string) so many times
 */
export interface LogProcessResult {
  /** Growth of the largest resident set, in MB, over that of a small log. */
  readonly megabytes: number;
  /** Share of the time in which the event loop was busy. */
  readonly busy: number;
  readonly longestBlock: number;
  readonly seconds: number;
  readonly stored: number;
  readonly cut: boolean;
  readonly verdict: string;
  readonly failure?: string | undefined;
}

const RUN = { workflowId: 'w', runId: 'r', key: 'k', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };

async function main(line: string, times: number): Promise<LogProcessResult> {
  const folder = await mkdtemp(join(tmpdir(), 'logs-'));
  try {
    await judged(folder, { line, times: 100 });
    const before = process.resourceUsage().maxRSS;
    const result = await judged(folder, { line, times });
    return { ...result, megabytes: (process.resourceUsage().maxRSS - before) / 1024 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function judged(folder: string, repeated: MadeLog): Promise<Omit<LogProcessResult, 'megabytes'>> {
  const server = new LogServer({
    begin: '@@dynamo-bench {"event":"begin"}\n',
    ...repeated,
    end: '@@dynamo-bench {"event":"end","exitCode":0}\n',
  });
  const cluster = await server.cluster();
  const store = new ResultStore(join(folder, 'results'));
  const runs = {
    namespaceId: async () => 'none',
    isOpen: async () => true,
    status: async () => ({ state: 'open' }) as const,
  };
  const context = new ActivityContext({ store, runs, schedules: NO_SCHEDULES, connect: () => cluster });
  const fabric = instanceFabric('p5.48xlarge');
  if (!fabric) throw new Error('the catalogue has no P5');
  let longestBlock = 0;
  let last = performance.now();
  const beat = setInterval(() => {
    longestBlock = Math.max(longestBlock, performance.now() - last);
    last = performance.now();
  }, 20);
  const before = performance.eventLoopUtilization();
  const started = performance.now();
  try {
    const activity = new MockActivityEnvironment();
    const input: EvidenceInput = {
      run: RUN,
      folder: 'lf/r1-a1',
      ranks: [
        { position: 'node1', pod: 'a', node: 'a' },
        { position: 'node2', pod: 'b', node: 'b' },
      ],
      endedBySuite: [],
    };
    const ranks: RankRecord[] = await activity.run(() => evidenceActivities(context).storeEvidence(input));
    const judgement: AttemptJudgement = await activity.run(() =>
      judgeCellActivities(context).judgeAttempt({
        run: RUN,
        test: transportTest.parse({ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }),
        ranks,
        circumstances: { fabric, networkInterface: '', visibleNics: 32, timedOut: false },
      }),
    );
    return {
      busy: performance.eventLoopUtilization(before).utilization,
      longestBlock: Math.max(longestBlock, performance.now() - last),
      seconds: (performance.now() - started) / 1000,
      stored: ranks.reduce((sum, { log }) => sum + log.bytes, 0),
      cut: ranks.every(({ log }) => log.cut !== undefined),
      verdict: judgement.verdict,
      failure: judgement.failure?.class,
    };
  } finally {
    clearInterval(beat);
    server.close();
    await context.logThread.close();
    await store.close();
  }
}

const [line = '""', times = '0'] = process.argv.slice(2);
console.log(JSON.stringify(await main(JSON.parse(line) as string, Number(times))));

import { readLoadLog } from '../../suite/aiperf/load-log.js';
import { readProbe } from '../../suite/cluster/probe.js';
import { probeLogDamage } from '../../suite/cluster/probe-log.js';
import type { Row } from '../../suite/hardware/measurement.js';
import type { InferenceCircumstances, LoadEvidence } from '../../suite/judge/inference-evidence.js';
import type { Judgement } from '../../suite/judge/judge.js';
import { type AttemptContext, judgeTransport, type RankEvidence, readRows } from '../../suite/judge/judge.js';
import { type InferenceJudgement, judgeInference } from '../../suite/judge/judge-inference.js';
import type { ProbeFacts } from '../../suite/run/cluster-facts.js';
import type { InferenceSpec, LoadPoint } from '../../suite/spec/inference-tests.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import { readRankLog } from '../../suite/tools/common/log-lines.js';
import { type MappedLibrary, mappedLibraries } from '../../suite/tools/common/mapped-libraries.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/** Evidence without its log, which the thread gets compressed. */
export type WithoutLog<T extends { readonly log: unknown }> = Omit<T, 'log'>;

/**
 * All work on the text of logs. It runs in the log thread, because whoever controls an image chooses the text. Each step
 * gets its input and the texts of its logs.
 */
export const LOG_WORK = {
  /** Judges an attempt at a transport cell. The logs are those of the ranks. */
  judge(
    {
      test,
      ranks,
      context,
    }: {
      readonly test: TransportTestSpec;
      readonly ranks: readonly WithoutLog<RankEvidence>[];
      readonly context: AttemptContext;
    },
    logs: readonly string[],
  ): Judgement {
    return judgeTransport(test, withLogs(ranks, logs), context);
  },

  /** Reads the rows of an attempt. The logs are those of the ranks. */
  rows(
    { test, ranks }: { readonly test: TransportTestSpec; readonly ranks: readonly WithoutLog<RankEvidence>[] },
    logs: readonly string[],
  ): readonly Row[] {
    return readRows(test, withLogs(ranks, logs));
  },

  /** Lists the libraries that the tool of a rank had mapped. */
  libraries(_: null, [log = '']: readonly string[]): readonly MappedLibrary[] {
    return mappedLibraries(readRankLog(log));
  },

  /** Reads the output of a probe pod. @throws {SuiteFailure} `ApiUnavailable` when lines of it were lost or mixed */
  probe(
    { node, imageId }: { readonly node: string; readonly imageId: string },
    [log = '']: readonly string[],
  ): ProbeFacts {
    const damage = probeLogDamage(log);
    if (damage) throw new SuiteFailure('ApiUnavailable', `the log of the probe pod on ${node} is not whole: ${damage}`);
    return readProbe(log, node, imageId);
  },

  /** Returns the files that the log of a load pod contains. */
  loadFiles(_: null, [log = '']: readonly string[]): ReadonlyMap<string, string> {
    return readLoadLog(log).files;
  },

  /** Judges a load. The log is that of the load pod. */
  judgeLoad(
    input: {
      readonly test: InferenceSpec;
      readonly point: LoadPoint;
      readonly evidence: WithoutLog<LoadEvidence>;
      readonly circumstances: InferenceCircumstances;
    },
    [log = '']: readonly string[],
  ): InferenceJudgement {
    return judgeInference(input.test, input.point, { ...input.evidence, log }, input.circumstances);
  },
} as const;

export type LogWork = typeof LOG_WORK;

function withLogs(ranks: readonly WithoutLog<RankEvidence>[], logs: readonly string[]): RankEvidence[] {
  return ranks.map((rank, i) => ({ ...rank, log: logs[i] ?? '' }));
}

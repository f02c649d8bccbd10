import type { TransportTestSpec } from '../spec/transport-tests.js';
import { ownOutput, type RankLog } from '../tools/common/log-lines.js';
import { classifyOutput } from '../tools/common/messages.js';
import { toolOf } from '../tools/registry.js';
import { type FailureClass, type FailureRecord, failureRecord } from '../verdict/failure.js';
import type { AttemptContext, RankEvidence } from './evidence.js';

/** Describes truncated logs; undefined when the logs of both ranks have their first and last line. */
export function truncation(ranks: readonly RankEvidence[], logs: readonly RankLog[]): string | undefined {
  const cut = ranks.filter((_, i) => !logs[i]?.complete).map(({ position }) => position);
  if (cut.length === 0) return undefined;
  return `the log of the rank on ${cut.join(' and ')} is truncated: the log was rotated, or the pod was killed`;
}

/** Failure classes that a rank reports when the other rank has ended. They are consequences and not causes. */
const CONSEQUENCES: ReadonlySet<FailureClass> = new Set(['PeerLost', 'RendezvousTimeout', 'TransferFailed']);

/**
 * Explains why rows are missing. Causes take precedence over consequences, and reports of the kernel and of Kubernetes over
 * guesses of the tool.
 */
export function explainMissingRows(
  test: TransportTestSpec,
  ranks: readonly RankEvidence[],
  logs: readonly RankLog[],
  context: AttemptContext,
  problem: string,
): FailureRecord {
  const at = (rank: RankEvidence) => `rank on ${rank.position}`;
  const oom = ranks.find(({ reason }) => reason === 'OOMKilled');
  if (oom)
    return failureRecord(
      'OutOfMemory',
      `${at(oom)} exceeded its memory limit and was killed (exit code ${oom.exitCode ?? 137}); ${problem}`,
    );

  const tool = toolOf(test);
  const named = logs.map((log) => classifyOutput(tool, ownOutput(log)));
  const cause = named.find((message) => message && !CONSEQUENCES.has(message.class));
  if (cause) return failureRecord(cause.class, `"${cause.line}"; ${problem}`, cause.hint);
  const gone = ranks.find(
    ({ exitCode, endedBySuite }) => !endedBySuite && (exitCode === undefined || exitCode === 137),
  );
  if (gone && !context.timedOut)
    return failureRecord('PeerLost', `${at(gone)} was killed or its pod was removed; ${problem}`);
  if (context.timedOut) return failureRecord('Hung', `the ranks were still running at the time limit; ${problem}`);
  const consequence = named.find((message) => message !== undefined);
  if (consequence) return failureRecord(consequence.class, `"${consequence.line}"; ${problem}`, consequence.hint);

  const missingTool = ranks.find(({ exitCode }) => exitCode === 127 || exitCode === 126);
  if (missingTool)
    return failureRecord('ToolMissing', `${at(missingTool)}: exit code ${missingTool.exitCode}; ${problem}`);
  const failed = ranks.find(({ exitCode, endedBySuite }) => !endedBySuite && exitCode !== undefined && exitCode !== 0);
  if (failed) return failureRecord('Crashed', `${at(failed)} ended with exit code ${failed.exitCode}; ${problem}`);
  return failureRecord('Incomplete', problem);
}

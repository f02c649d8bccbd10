import { cancellationSignal } from '@temporalio/activity';
import { onlyContainer } from '../../cluster/objects/measuring-pod.js';
import { isBadRequest, isKubeletUnreachable, isNotFound } from '../../kubernetes/client/api-failure.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { POD } from '../../kubernetes/client/resources.js';
import { containerStatus, hasEnded } from '../../kubernetes/pods/pod-state.js';
import { privilegeOf } from '../../suite/pod/privileges.js';
import type { LogText } from '../../suite/record/log-text.js';
import type { RankRecord } from '../../suite/record/record.js';
import type { Run } from '../../suite/run/run.js';
import { redactArguments, redactEnvironment, secretReference } from '../../suite/secrets/redact.js';
import type { MappedLibrary } from '../../suite/tools/common/mapped-libraries.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import { deletedRankLog } from './deleted-rank-logs.js';

const NO_LOG: LogText = { first: [] };

export interface EvidenceInput {
  readonly run: Run;
  /** Folder of the attempt, below the folder of the run. No other attempt writes to it. */
  readonly folder: string;
  readonly ranks: readonly { readonly position: 'node1' | 'node2'; readonly pod: string; readonly node: string }[];
  readonly endedBySuite: readonly string[];
}

export function evidenceActivities(context: ActivityContext) {
  return {
    /** Stores the evidence of both ranks: the log, the exit code and the facts of the pod. */
    async storeEvidence(input: EvidenceInput): Promise<RankRecord[]> {
      // One after the other, so that only one log is in memory.
      const records: RankRecord[] = [];
      for (const rank of input.ranks) records.push(await rankRecord(input, rank));
      return records;
    },
  };

  async function rankRecord(input: EvidenceInput, rank: EvidenceInput['ranks'][number]): Promise<RankRecord> {
    const { run, folder } = input;
    const cluster = context.cluster(run);
    const path = `${folder}/${rank.position}.log`;
    const [pod, answer] = await Promise.all([
      cluster.find<Pod>(POD, run.namespace, rank.pod, cancellationSignal()),
      logOf(run, rank.pod),
    ]);
    // The log of a pod that has ended is complete, so the activity fails here and its retry reads the log.
    if (answer instanceof Error && pod && hasEnded(pod)) throw answer;
    const lost = !pod && (await deletedRankLog(context.store, run, folder, rank.pod));
    const found = lost || (answer instanceof Error ? NO_LOG : answer);
    const log = await context.store.saveLog(run.workflowId, path, found);
    const state = pod && containerStatus(pod)?.state;
    const libraries = await librariesOf(run, log.path);
    const reason = pod?.status?.reason ?? state?.terminated?.reason;
    return {
      position: rank.position,
      pod: rank.pod,
      node: pod?.spec.nodeName ?? rank.node,
      image: pod ? (onlyContainer(pod).image ?? '') : '',
      imageId: (pod && containerStatus(pod)?.imageID) ?? '',
      command: redactArguments(pod ? (onlyContainer(pod).args ?? []) : []),
      environment: redactEnvironment(pod ? environmentOf(pod) : {}),
      ...(pod ? { privilege: privilegeOf(onlyContainer(pod)) } : {}),
      endedBySuite: input.endedBySuite.includes(rank.pod),
      log,
      ...(libraries.length > 0 ? { libraries } : {}),
      ...(state?.terminated ? { exitCode: state.terminated.exitCode } : {}),
      ...(reason ? { reason } : {}),
      ...optional('createdAt', pod?.metadata.creationTimestamp),
      ...optional('startedAt', state?.terminated?.startedAt ?? state?.running?.startedAt),
      ...optional('finishedAt', state?.terminated?.finishedAt),
    };
  }

  /** Lists the libraries of a rank; none when its log cannot be parsed, which its judgement then states. */
  async function librariesOf({ workflowId }: Run, path: string): Promise<readonly MappedLibrary[]> {
    try {
      return await context.logThread.run('libraries', null, async () => [
        await context.store.readPackedLog(workflowId, path),
      ]);
    } catch (error) {
      if (error instanceof SuiteFailure && error.class === 'LogUnreadable') return [];
      throw error;
    }
  }

  /** Reads the log of a rank with the time of each line; returns the failure when its node does not answer. */
  async function logOf(run: Run, pod: string): Promise<LogText | Error> {
    try {
      return await context.cluster(run).podLog(run.namespace, pod, 'rank', cancellationSignal(), { timestamps: true });
    } catch (error) {
      // A node without the container has no log.
      if (isNotFound(error) || isBadRequest(error)) return NO_LOG;
      if (isKubeletUnreachable(error)) return error;
      throw error;
    }
  }
}

function environmentOf(pod: Pod): Record<string, string> {
  const variables = onlyContainer(pod).env ?? [];
  return Object.fromEntries(
    variables.map(({ name, value, valueFrom }) => [
      name,
      valueFrom?.secretKeyRef ? secretReference(valueFrom.secretKeyRef) : (value ?? ''),
    ]),
  );
}

function optional<Key extends string>(key: Key, value: string | undefined): { [K in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: string });
}

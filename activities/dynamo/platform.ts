import { cancellationSignal } from '@temporalio/activity';
import { dynamoDefinitions, type FoundPlatform, findPlatform } from '../../cluster/dynamo-platform.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { poll } from '../../kubernetes/client/poll.js';
import { platformRemedy } from '../../suite/cluster/platform-remedy.js';
import type { Run } from '../../suite/run/run.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import { platformRequests } from '../../suite/spec/requests.js';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { refuseUnlisted } from '../context/allow-lists.js';
import type { ActivityContext } from '../context/context.js';
import { findRelease, installRelease, isInstaller } from './helm.js';

/** The Dynamo platform in a cluster. */
export interface Platform {
  /** Version of the operator, from its custom resource definition; `unknown` when the definition does not state it. */
  readonly version: string;
  /** Whether this run installed the platform. */
  readonly installed: boolean;
}

export interface PlatformInput {
  readonly run: Run;
  readonly platform: DynamoSpec['platform'];
  /** Start of the wait, milliseconds since 1970. Default (a run of an earlier version): now */
  readonly since?: number;
  /** Longest wait of this try, in seconds. Default (a run of an earlier version): the whole time limit */
  readonly wait?: number;
  /** What the earlier try waited for. This one ends when that changes. */
  readonly known?: string;
}

/** Pauses between two looks at the platform, in milliseconds. */
const PAUSES = { shortestMs: 500, longestMs: 5_000 } as const;
/** Seconds for which a try waits even if what it waits for changes, so that a run has few of them. */
const SHORTEST_TRY_SECONDS = 5;

/** A platform, or a part of it, that exists and cannot be used yet. */
type Unready = Exclude<FoundPlatform, { readonly version: string }>;

export function platformActivities(context: ActivityContext) {
  return {
    /**
     * Ensures that the Dynamo platform can be used: its custom resource definition in the version that the suite
     * supports, and a ready operator. When the spec allows it, installs the platform with helm if no part of it exists.
     * Never changes a resource definition, a Helm release or an operator that exists, but waits for it.
     *
     * @returns the platform, or what it waits for
     * @throws {SuiteFailure} `PlatformMissing`, with the remedy; `PlatformInstall` when helm failed; `PlatformNotReady`
     *   when the existing platform is not ready in time; `NotAllowed` when the worker does not allow the chart or its
     *   namespace
     */
    async ensurePlatform(input: PlatformInput): Promise<Platform | { readonly waiting: string }> {
      const { run, platform, since = Date.now(), wait = platform.timeout, known } = input;
      const cluster = context.cluster(run);
      return poll<Platform | { readonly waiting: string }>(
        async (elapsed) => {
          const found = await usablePlatform(cluster, input);
          if (!('missing' in found)) {
            return { ...found, installed: platform.install && (await isInstaller(input)) };
          }
          const waiting = found.missing;
          if (Date.now() >= since + platform.timeout * 1000) throw notReady(found, input);
          const changed = waiting !== known && elapsed >= SHORTEST_TRY_SECONDS;
          return changed || elapsed >= wait ? { waiting } : undefined;
        },
        cancellationSignal(),
        PAUSES,
      );
    },
  };

  /** Finds the platform. Installs it if it is absent and the spec allows that. */
  async function usablePlatform(
    cluster: Cluster,
    { run, platform }: PlatformInput,
  ): Promise<{ readonly version: string } | Unready> {
    const found = await findPlatform(cluster, cancellationSignal());
    if (!('missing' in found) || found.state === 'not ready') return found;
    if (found.state === 'outdated' || !platform.install) {
      const hint = platformRemedy(found, platform, run.context);
      throw new SuiteFailure('PlatformMissing', found.missing, { hint });
    }
    refuseUnlisted(context.allowed, platformRequests(platform));
    const part = await existingPart(cluster, run, platform);
    if (part) return { missing: `${part} exists, but ${found.missing}`, state: 'not ready' };
    await installRelease({ run, platform });
    return findPlatform(cluster, cancellationSignal());
  }
}

/** Names a part of a platform without the definition that the suite needs; undefined when there is none. */
async function existingPart(cluster: Cluster, run: Run, platform: DynamoSpec['platform']): Promise<string | undefined> {
  const release = await findRelease({ run, platform });
  if (release) return `Helm release ${platform.namespace}/${release.name} with the status ${release.status}`;
  const definitions = await dynamoDefinitions(cluster, cancellationSignal());
  return definitions.length > 0 ? `custom resource definition ${definitions.join(', ')}` : undefined;
}

function notReady(found: Unready, { run, platform }: PlatformInput): SuiteFailure {
  return new SuiteFailure(
    'PlatformNotReady',
    `the Dynamo platform is not ready after ${formatDuration(platform.timeout)}: ${found.missing}`,
    { hint: platformRemedy(found, platform, run.context) },
  );
}

import { deepestCause, explains, type FoundMessage, isConsequence, type Topic } from '../tools/common/messages.js';
import { FAILURES } from '../verdict/failure.js';
import type { AttemptContext } from './evidence.js';
import { isAbrupt, type RankEnd } from './rank-end.js';
import { CLOCK_SECONDS, type RankFacts } from './rank-facts.js';

/** Seconds within which an error of one rank can crash the other, while the first still runs. */
const CRASH_SECONDS = 10;

export interface Cause {
  readonly rank: RankFacts;
  readonly message: FoundMessage;
}

/** Returns the first error that ended the attempt, without errors that follow from another end; undefined without one. */
export function firstCause(facts: readonly RankFacts[], context: AttemptContext): Cause | undefined {
  const causes = facts.flatMap((rank): Cause[] => {
    const message = causeOf(rank);
    const others = facts.filter((other) => other !== rank);
    return message && endedAttempt(rank, message, others, context) ? [{ rank, message }] : [];
  });
  return causes.sort((a, b) => (a.message.at ?? 0) - (b.message.at ?? 0))[0];
}

/**
 * Returns the error of a rank that can be the cause. Ignores a statement of the tool that a lost peer explains: NIXL forgets the
 * metadata of a rank whose connection is lost, and then the tool cannot create a transfer.
 */
function causeOf({ found }: RankFacts): FoundMessage | undefined {
  const message = deepestCause(found.filter(isCause), { warnings: false });
  const lost = found.filter((other) => isConsequence(other) && other.severity === 'error');
  return message && lost.some((other) => explains(other, message)) ? undefined : message;
}

/** Whether a message can name the cause. Some statements of a tool only say that it failed. */
export function isCause(message: FoundMessage): boolean {
  return !isConsequence(message) && message.class !== 'Crashed';
}

/** Whether an error of a rank ended the attempt, and not an earlier end of the other rank or of etcd. */
function endedAttempt(
  rank: RankFacts,
  message: FoundMessage,
  others: readonly RankFacts[],
  { etcdLost }: AttemptContext,
): boolean {
  const ranOn = rank.end.kind === 'stopped';
  // No message of a tool explains why somebody killed it.
  if (rank.end.kind === 'killed' || rank.end.kind === 'removed') return false;
  if (etcdLost && (ranOn || [message.about].flat().includes('etcd'))) return false;
  return others.every(({ end }) => {
    if (!isAbrupt(end)) return !(end.kind === 'failed' && followsFrom(message, end));
    if (message.at === undefined || end.at === undefined) return !ranOn && !isDoubtful(message);
    const lead = end.at - message.at;
    if (lead < -CLOCK_SECONDS) return false;
    // A kill or a removal comes from outside: no error of the peer causes it, and one of the same moment can follow from it.
    if (end.kind !== 'crashed' && lead <= CLOCK_SECONDS && isDoubtful(message)) return false;
    return !ranOn || (end.kind === 'crashed' && lead < CRASH_SECONDS);
  });
}

const PEER_TOPICS: readonly Topic[] = ['metadata', 'connection', 'transfer'];

/** Whether a step that needs the other rank failed without a reason that lies in this one. Its end can be the reason. */
function isDoubtful({ depth, about = [] }: FoundMessage): boolean {
  return depth !== 'root' && [about].flat().some((topic) => PEER_TOPICS.includes(topic));
}

/** Whether the end of the other rank explains a message: the rank printed it afterwards, about a step that needs the other one. */
export function followsFrom(message: FoundMessage, { at }: RankEnd): boolean {
  return isDoubtful(message) && message.at !== undefined && at !== undefined && at < message.at - CLOCK_SECONDS;
}

/**
 * Returns the message that explains a crash: the transfer error for which a library ended the program, or a warning that the
 * libraries do not fit together. Neither counts without the crash, because a rank can also survive it.
 */
export function crashCause({ found, end }: RankFacts): FoundMessage | undefined {
  const near = found.filter(({ at }) => at === undefined || end.at === undefined || end.at - at < CRASH_SECONDS);
  const library = found.filter(({ about, severity }) => [about].flat().includes('library') && severity !== 'info');
  return (
    deepestCause(near.filter(isPassingConsequence), { warnings: false }) ?? deepestCause(library, { warnings: true })
  );
}

/** Whether a message reports a lost peer or a failed transfer, after which a new attempt can succeed. */
function isPassingConsequence(message: FoundMessage): boolean {
  return isConsequence(message) && message.class !== 'Crashed' && FAILURES[message.class].retry !== 'never';
}

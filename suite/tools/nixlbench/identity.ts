/** Rank and role that a log contains. */
export interface NixlbenchIdentity {
  readonly rank: number;
  readonly worldSize: number;
  /** Role; absent when the rank ended before it got one. */
  readonly role?: 'initiator' | 'target';
}

/**
 * Reads the rank and role from the log; undefined when the rank never registered, or when the log contains more than one
 * rank.
 */
export function nixlbenchIdentity(lines: readonly string[]): NixlbenchIdentity | undefined {
  const all = lines.flatMap((line) => /Registered as rank (\d{1,6}) item \d+ of (\d{1,6})/.exec(line) ?? []);
  const [registered, rank, worldSize, ...more] = all;
  if (registered === undefined || more.some((text) => !all.slice(0, 3).includes(text))) return undefined;
  const roles = new Set(
    lines.flatMap((line) => /Init nixl worker, dev .{0,200} type (initiator|target)/.exec(line)?.[1] ?? []),
  );
  const [role] = roles;
  return {
    rank: Number(rank),
    worldSize: Number(worldSize),
    ...(roles.size === 1 && (role === 'initiator' || role === 'target') ? { role } : {}),
  };
}

/** Matches the line that the first rank prints when it is registered, so that the second rank can start. */
export const NIXLBENCH_REGISTERED = /ETCD Runtime: Registered as rank \d+/;

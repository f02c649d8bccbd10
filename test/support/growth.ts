/** CPU time below which a growth is not measured, in microseconds: the clock and the compiler would decide. */
const FLOOR = 30_000;
const TRIES = 3;
/** Growth of linear work, with which further tries would change nothing. */
const LINEAR = 20;

/**
 * Returns by which factor the CPU time grows from a text to one of ten times its length: 10 for linear work, 100 for
 * quadratic work. 0 when the long text takes next to no time. The best of several tries, because other work disturbs.
 *
 * @param length characters of the short text
 */
export function growthOf(work: (text: string) => unknown, text: (length: number) => string, length: number): number {
  const [short, long] = [text(length), text(10 * length)];
  let [fast, slow] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < TRIES; i++) {
    slow = Math.min(
      slow,
      cpuTime(() => work(long)),
    );
    if (slow < FLOOR) return 0;
    fast = Math.min(
      fast,
      cpuTime(() => work(short)),
    );
    if (slow / fast < LINEAR) return slow / fast;
    // A short text of a few microseconds is measured ten times, so that the clock does not decide.
    if (fast < 1000) fast = Math.min(fast, cpuTime(() => Array.from({ length: 10 }, () => work(short))) / 10);
  }
  return slow / Math.max(fast, 1);
}

function cpuTime(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

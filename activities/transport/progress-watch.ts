import type { Row } from '../../suite/hardware/measurement.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import { ownOutput, readRankLog } from '../../suite/tools/common/log-lines.js';
import { toolOf } from '../../suite/tools/registry.js';

/** Limits of the pause between two reads, in seconds. A short time limit needs a short pause. */
const PAUSE = { shortest: 1, longest: 15 } as const;
/** Reads within the time limit. */
const READS = 10;

/** Detects ranks that print nothing for the time that their tool allows. */
export class ProgressWatch {
  readonly #test: TransportTestSpec;
  readonly #read: () => Promise<readonly string[]>;
  #rows: readonly Row[] = [];
  #last: readonly string[] | undefined;
  #changedAt = 0;
  #confirmedAt = 0;
  #triedAt = 0;
  #reading = false;

  /** @param read reads the last lines of each rank, with their times: otherwise, a repeated line would not count as new */
  constructor(test: TransportTestSpec, read: () => Promise<readonly string[]>) {
    this.#test = test;
    this.#read = read;
  }

  /**
   * Returns for how many seconds no rank has printed anything, if that is longer than its tool allows; undefined otherwise.
   * Starts the next read when it is due, and does not wait for it. A failed read proves nothing and changes nothing.
   *
   * @param elapsed seconds since both ranks run
   */
  stalledFor(elapsed: number): number | undefined {
    const limit = this.#test.stallTimeout ?? toolOf(this.#test).stallTimeout(this.#test, this.#rows);
    if (limit === undefined) return undefined;
    const silent = this.#confirmedAt - this.#changedAt;
    if (silent >= limit) return silent;
    const pause = Math.min(PAUSE.longest, Math.max(PAUSE.shortest, limit / READS));
    if (!this.#reading && elapsed - this.#triedAt >= pause) this.#start(elapsed);
    return undefined;
  }

  #start(elapsed: number): void {
    this.#reading = true;
    this.#triedAt = elapsed;
    this.#read()
      .then((logs) => this.#note(logs, elapsed))
      .catch(() => undefined)
      .finally(() => {
        this.#reading = false;
      });
  }

  #note(logs: readonly string[], readAt: number): void {
    this.#confirmedAt = readAt;
    if (this.#last && logs.every((log, i) => log === this.#last?.[i])) return;
    this.#last = logs;
    this.#changedAt = readAt;
    const rows = toolOf(this.#test).printedRows(
      this.#test,
      logs.flatMap((log) => ownOutput(readRankLog(log))),
    );
    // The header of the table may be too far from the end of the log.
    if (rows.length > this.#rows.length) this.#rows = rows;
  }
}

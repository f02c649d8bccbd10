const MIB = 2 ** 20;

/**
 * The only limits of a log: how much of it the suite reads and keeps. The head of a tool's log has versions and the first
 * errors, the end has the table and the frames of the entry script, so both are kept.
 *
 * A log that the kubelet has not rotated (10 MiB by default, `containerLogMaxSize`) is shorter than both together.
 */
export const LOG_LIMITS: LogLimits = {
  first: 4 * MIB,
  last: 8 * MIB,
  // At most 16 KiB for each line: container runtimes split longer ones.
  lastLines: 20_000,
};

export interface LogLimits {
  /** Bytes of the beginning that are kept of a longer log. */
  readonly first: number;
  /** Most bytes of the end that are kept of a longer log. */
  readonly last: number;
  /** Lines at the end of a longer log that are read, which bounds the time of the read. */
  readonly lastLines: number;
}

/** Bytes of the last lines of a log that show only whether a pod prints something, or is ready. */
export const GLANCE_BYTES = MIB / 2;

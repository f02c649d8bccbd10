/** A line of the tool's output. */
export interface LogLine {
  readonly text: string;
  /** Seconds since 1970, by the clock of the node; absent when the log has no times, and for one of several processes. */
  readonly at?: number;
  /** True when the rank had already been asked to stop. */
  readonly afterStop: boolean;
}

/** Equal lines in a row that are kept. A table never repeats a row that often. */
const MOST_EQUAL = 3;

/**
 * Most lines that are kept, the beginning and the end. With the time of each line, a log within the limit has so many only
 * when they have 20 characters on average.
 */
const MOST_LINES = { first: 50_000, last: 150_000 } as const;

/**
 * Keeps the lines of a log in bounded memory: at most three of equal lines in a row, and of very many lines the first and
 * the last ones.
 */
export class KeptLines {
  /** Number of lines that were dropped because there were too many. */
  skipped = 0;
  readonly #first: Kept[] = [];
  /** A ring: the oldest line is at `skipped` modulo its length. */
  readonly #last: Kept[] = [];
  readonly #processes = new Set<number>();
  #process: number | undefined;
  #run = { text: '', count: 0 };

  /** Adds a line of the process that started last, or of the tool. @param at seconds since 1970 */
  add(text: string, afterStop: boolean, at: number | undefined): void {
    if (this.#run.text !== text) this.#run = { text, count: 0 };
    if (++this.#run.count > MOST_EQUAL) return;
    const line =
      this.#process === undefined
        ? { text, afterStop, ...(at === undefined ? {} : { at }) }
        : { text, afterStop: false };
    const kept = { line, process: this.#process };
    if (this.#first.length < MOST_LINES.first) this.#first.push(kept);
    else if (this.#last.length < MOST_LINES.last) this.#last.push(kept);
    else this.#last[this.skipped++ % MOST_LINES.last] = kept;
  }

  /** Starts the output of a process. @returns whether it is the first output of this process */
  startProcess(index: number): boolean {
    const isNew = !this.#processes.has(index);
    this.#process = index;
    this.#processes.add(index);
    this.#run = { text: '', count: 0 };
    return isNew;
  }

  /** Ends the output of the processes. */
  endProcesses(): void {
    this.#process = undefined;
    this.#run = { text: '', count: 0 };
  }

  /** Returns the kept lines in their order: of the tool, of each process, and of all together. */
  lines(): {
    readonly toolLines: string[];
    readonly timeline: LogLine[];
    readonly processes: Map<number, string[]>;
  } {
    const oldest = this.skipped % MOST_LINES.last;
    const toolLines: string[] = [];
    const timeline: LogLine[] = [];
    const processes = new Map([...this.#processes].map((index): [number, string[]] => [index, []]));
    for (const part of [this.#first, this.#last.slice(oldest), this.#last.slice(0, oldest)]) {
      for (const { line, process } of part) {
        timeline.push(line);
        const own = process === undefined ? toolLines : processes.get(process);
        own?.push(line.text);
      }
    }
    return { toolLines, timeline, processes };
  }
}

interface Kept {
  readonly line: LogLine;
  readonly process: number | undefined;
}

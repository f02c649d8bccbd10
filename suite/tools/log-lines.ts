/** Lines that the entry script of a rank pod adds to the tool's own output: one JSON object a line behind a marker. */
export const FRAME_MARKER = '@@dynamo-bench ';

/** Counters of one device at one moment, as the kernel shows them. */
export interface CounterFrame {
  readonly when: 'before' | 'after';
  /** `infiniband/rdmap79s0` or `net/eth0`. */
  readonly device: string;
  readonly counters: Readonly<Record<string, number>>;
}

/** A rank's log taken apart: the tool's own lines, and the frames of the entry script. */
export interface RankLog {
  readonly toolLines: readonly string[];
  readonly counters: readonly CounterFrame[];
  /** Own output of each process when the rank ran several, by index. */
  readonly processes: ReadonlyMap<number, readonly string[]>;
  /** The tool ended and the entry script could still say so; without it the log is cut off. */
  readonly complete: boolean;
}

interface Frame {
  readonly event: string;
  readonly [key: string]: unknown;
}

/** Takes a rank's log apart. Lines that look like a frame but are not valid JSON stay with the tool's output. */
export function readRankLog(text: string): RankLog {
  const toolLines: string[] = [];
  const processes = new Map<number, string[]>();
  const counters: CounterFrame[] = [];
  let complete = false;
  let current = toolLines;
  for (const line of text.split(/\r?\n/)) {
    const frame = readFrame(line);
    if (!frame) {
      current.push(line);
    } else if (frame.event === 'counters') {
      counters.push(frame as unknown as CounterFrame);
    } else if (frame.event === 'process') {
      current = [];
      processes.set(Number(frame.index), current);
    } else if (frame.event === 'end') {
      complete = true;
      current = toolLines;
    }
  }
  return { toolLines, counters, processes, complete };
}

function readFrame(line: string): Frame | undefined {
  const at = line.indexOf(FRAME_MARKER);
  if (at < 0) return undefined;
  try {
    const frame: unknown = JSON.parse(line.slice(at + FRAME_MARKER.length));
    return typeof frame === 'object' && frame !== null && 'event' in frame ? (frame as Frame) : undefined;
  } catch {
    return undefined;
  }
}

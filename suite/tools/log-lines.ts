/** Lines that the entry script of a rank pod adds to the tool's own output: one JSON object a line behind a marker. */
export const FRAME_MARKER = '@@dynamo-bench ';

/** Counters of one moment: device name → counter name → value, as the kernel shows them. */
export interface CounterSnapshot {
  readonly when: 'before' | 'after';
  readonly devices: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A rank's log taken apart: the tool's own lines, and the frames of the entry script. */
export interface RankLog {
  readonly toolLines: readonly string[];
  readonly counters: readonly CounterSnapshot[];
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
  const counters: CounterSnapshot[] = [];
  let complete = false;
  let current = toolLines;
  for (const line of text.split(/\r?\n/)) {
    const frame = readFrame(line);
    if (!frame) {
      current.push(line);
    } else if (frame.event === 'counters') {
      const { when, devices } = frame as unknown as CounterSnapshot;
      counters.push({ when, devices });
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

/** Marker of the lines that the entry script of a rank pod adds to the output of the tool. One JSON object follows it. */
export const FRAME_MARKER = '@@dynamo-bench ';

/** Counters of one device at one moment, as read from the kernel. */
export interface CounterFrame {
  readonly event: 'counters';
  readonly when: 'before' | 'after';
  /** `infiniband/rdmap79s0` or `net/eth0`. */
  readonly device: string;
  readonly counters: Readonly<Record<string, number>>;
}

type Frame =
  | CounterFrame
  | { readonly event: 'begin' }
  | { readonly event: 'process'; readonly index: number }
  | { readonly event: 'end'; readonly exitCode: number };

/** A parsed log of a rank: the tool's lines, and the frames of the entry script. */
export interface RankLog {
  readonly toolLines: readonly string[];
  readonly counters: readonly CounterFrame[];
  /** Output of each process by index, when the rank ran several processes. */
  readonly processes: ReadonlyMap<number, readonly string[]>;
  /**
   * True when the log has its first and its last frame. Then it was truncated neither by the kubelet, which keeps only the
   * end of a long log, nor by the death of the pod.
   */
  readonly complete: boolean;
}

/** Parses a rank's log. Lines that resemble a frame but are not valid stay in the tool's output. */
export function readRankLog(text: string): RankLog {
  const toolLines: string[] = [];
  const processes = new Map<number, string[]>();
  const counters: CounterFrame[] = [];
  let started = false;
  let ended = false;
  let current = toolLines;
  for (const line of text.split(/\r?\n/)) {
    const found = readFrame(line);
    if (!found) current.push(line);
    else if (found.event === 'counters') counters.push(found);
    else if (found.event === 'begin') started = true;
    else if (found.event === 'process') {
      current = [];
      processes.set(found.index, current);
    } else {
      ended = true;
      current = toolLines;
    }
  }
  return { toolLines, counters, processes, complete: started && ended };
}

/** Returns the tool's output of all processes of a rank. */
export function ownOutput({ toolLines, processes }: RankLog): string[] {
  return [toolLines, ...processes.values()].flat();
}

/** Parses a frame. Finds the marker anywhere in the line, because an unfinished line of the tool may precede it. */
function readFrame(line: string): Frame | undefined {
  const at = line.indexOf(FRAME_MARKER);
  if (at < 0 || !line.endsWith('}')) return undefined;
  try {
    const value: unknown = JSON.parse(line.slice(at + FRAME_MARKER.length));
    return isFrame(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Validates a frame without a schema, for speed: a log may contain a hundred thousand lines that resemble frames. */
function isFrame(value: unknown): value is Frame {
  if (!isObject(value)) return false;
  switch (value.event) {
    case 'begin':
      return true;
    case 'process':
      return Number.isSafeInteger(value.index) && Number(value.index) >= 0;
    case 'end':
      return Number.isSafeInteger(value.exitCode);
    case 'counters':
      return (
        (value.when === 'before' || value.when === 'after') &&
        typeof value.device === 'string' &&
        isObject(value.counters) &&
        Object.values(value.counters).every(Number.isFinite)
      );
    default:
      return false;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { z } from 'zod';

/** Lines that the entry script of a rank pod adds to the tool's own output: one JSON object a line behind a marker. */
export const FRAME_MARKER = '@@dynamo-bench ';

const counterFrame = z.object({
  event: z.literal('counters'),
  when: z.enum(['before', 'after']),
  /** `infiniband/rdmap79s0` or `net/eth0`. */
  device: z.string(),
  counters: z.record(z.string(), z.number()),
});

const frame = z.discriminatedUnion('event', [
  z.object({ event: z.literal('begin') }),
  counterFrame,
  z.object({ event: z.literal('process'), index: z.int().min(0) }),
  z.object({ event: z.literal('end'), exitCode: z.int() }),
]);

/** Counters of one device at one moment, as the kernel shows them. */
export type CounterFrame = Readonly<z.output<typeof counterFrame>>;

/** A rank's log taken apart: the tool's own lines, and the frames of the entry script. */
export interface RankLog {
  readonly toolLines: readonly string[];
  readonly counters: readonly CounterFrame[];
  /** Own output of each process when the rank ran several, by index. */
  readonly processes: ReadonlyMap<number, readonly string[]>;
  /**
   * The log has its first frame and its last: nothing was cut off by the kubelet, which keeps only the end of a long log,
   * or by the death of the pod.
   */
  readonly complete: boolean;
}

/** Takes a rank's log apart. Lines that look like a frame but are none stay with the tool's output. */
export function readRankLog(text: string): RankLog {
  const toolLines: string[] = [];
  const processes = new Map<number, string[]>();
  const counters: CounterFrame[] = [];
  let begun = false;
  let ended = false;
  let current = toolLines;
  for (const line of text.split(/\r?\n/)) {
    const found = readFrame(line);
    if (!found) current.push(line);
    else if (found.event === 'counters') counters.push(found);
    else if (found.event === 'begin') begun = true;
    else if (found.event === 'process') {
      current = [];
      processes.set(found.index, current);
    } else {
      ended = true;
      current = toolLines;
    }
  }
  return { toolLines, counters, processes, complete: begun && ended };
}

/** The tool may have left a line unfinished in front of the marker, so it is looked for anywhere in the line. */
function readFrame(line: string): z.output<typeof frame> | undefined {
  const at = line.indexOf(FRAME_MARKER);
  if (at < 0 || !line.endsWith('}')) return undefined;
  try {
    return frame.safeParse(JSON.parse(line.slice(at + FRAME_MARKER.length))).data;
  } catch {
    return undefined;
  }
}

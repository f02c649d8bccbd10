import { FRAME_MARKER } from '../tools/common/frame-marker.js';
import { KeptLines } from '../tools/common/kept-lines.js';
import { linesOf } from '../tools/common/lines-of.js';

/** Parts of the log of a load pod: AIPerf's output, its exit code, and the files that the script printed. */
export interface LoadLog {
  /** Lines of AIPerf's output, as `KeptLines` keeps them. */
  readonly lines: readonly string[];
  /** Files by name. A file in base64 (the gzipped requests) stays encoded. A file with a missing part is absent. */
  readonly files: ReadonlyMap<string, string>;
  /** Exit code of AIPerf; undefined when the pod ended before it. */
  readonly exitCode?: number;
  /** Bytes that were kept of the beginning and the end of the log; absent when the whole log was kept. */
  readonly cut?: { readonly first: number; readonly last: number };
}

const FRAME =
  /^\{"event":"(file|end-file|end|cut)"(?:,"name":"([\w.-]{1,255})")?(?:,"exitCode":(\d{1,9}))?(?:,"first":(\d{1,12}),"last":(\d{1,12}))?\}$/;

/** Characters of the longest frame. */
const LONGEST_FRAME = 400;

/** Parses the log of a load pod. */
export function readLoadLog(text: string): LoadLog {
  const kept = new KeptLines();
  const files = new Map<string, string>();
  let file: { readonly name: string; readonly from: number } | undefined;
  let exitCode: number | undefined;
  let cut: LoadLog['cut'];
  let start = 0;
  for (const line of linesOf(text)) {
    const next = text.indexOf('\n', start) + 1 || text.length + 1;
    const frame = frameOf(line);
    if (!frame) {
      if (!file) kept.add(line, false, undefined);
    } else if (frame[1] === 'file') {
      file = { name: frame[2] ?? '', from: next };
    } else if (frame[1] === 'end') {
      exitCode = Number(frame[3]);
    } else if (frame[1] === 'cut') {
      cut = { first: Number(frame[4]), last: Number(frame[5]) };
      file = undefined;
    } else if (file) {
      // The line break before the frame belongs to the frame.
      files.set(file.name, text.slice(file.from, Math.max(file.from, start - 1)).replaceAll('\r\n', '\n'));
      file = undefined;
    }
    start = next;
  }
  return {
    lines: kept.lines().toolLines,
    files,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(cut ? { cut } : {}),
  };
}

function frameOf(line: string): RegExpExecArray | null {
  if (!line.startsWith(FRAME_MARKER) || line.length > LONGEST_FRAME) return null;
  return FRAME.exec(line.slice(FRAME_MARKER.length));
}

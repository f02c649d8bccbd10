import { REDACTED } from '../secrets/redact.js';
import { FRAME_MARKER } from '../tools/common/frame-marker.js';
import { KeptLines } from '../tools/common/kept-lines.js';
import { linesOf } from '../tools/common/lines-of.js';
import { cksum } from './cksum.js';

/** Parts of the log of a load pod: AIPerf's output, its exit code, and the files that the script printed. */
export interface LoadLog {
  /** Lines of AIPerf's output, as `KeptLines` keeps them. */
  readonly lines: readonly string[];
  /** Files by name. A file in base64 (the gzipped requests) stays encoded. A file with a missing part is absent. */
  readonly files: ReadonlyMap<string, string>;
  /** Names of files whose checksum differs from the one that the script printed: lines of them were lost or changed. */
  readonly damaged: readonly string[];
  /** Exit code of AIPerf; undefined when the pod ended before it. */
  readonly exitCode?: number;
  /** Bytes that were kept of the beginning and the end of the log; absent when the whole log was kept. */
  readonly cut?: { readonly first: number; readonly last: number };
}

const FRAME =
  /^\{"event":"(?<event>file|end-file|end|cut)"(?:,"name":"(?<name>[\w.-]{1,255})")?(?:,"cksum":(?<sum>\d{1,10}),"bytes":(?<bytes>\d{1,12}))?(?:,"exitCode":(?<exitCode>\d{1,9}))?(?:,"first":(?<first>\d{1,12}),"last":(?<last>\d{1,12}))?\}$/;

/** Characters of the longest frame. */
const LONGEST_FRAME = 400;

/** Parses the log of a load pod. A file that the log has twice, or whose checksum differs, is damaged. */
export function readLoadLog(text: string): LoadLog {
  const kept = new KeptLines();
  const files = new Map<string, string>();
  const damaged = new Set<string>();
  let file: { readonly name: string; readonly from: number } | undefined;
  let exitCode: number | undefined;
  let cut: LoadLog['cut'];
  let start = 0;
  for (const line of linesOf(text)) {
    const next = text.indexOf('\n', start) + 1 || text.length + 1;
    const frame = frameOf(line);
    if (!frame) {
      if (!file) kept.add(line, false, undefined);
    } else if (frame.event === 'file') {
      file = { name: frame.name ?? '', from: next };
    } else if (frame.event === 'end') {
      exitCode = Number(frame.exitCode);
    } else if (frame.event === 'cut') {
      cut = { first: Number(frame.first), last: Number(frame.last) };
      file = undefined;
    } else if (file) {
      // The line break before the frame belongs to the frame.
      const content = text.slice(file.from, Math.max(file.from, start - 1));
      if (files.has(file.name) || !hasSum(content, frame)) damaged.add(file.name);
      files.set(file.name, content);
      file = undefined;
    }
    start = next;
  }
  return {
    lines: kept.lines().toolLines,
    files,
    damaged: [...damaged],
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(cut ? { cut } : {}),
  };
}

type Frame = Readonly<Record<string, string | undefined>>;

function frameOf(line: string): Frame | undefined {
  if (!line.startsWith(FRAME_MARKER) || line.length > LONGEST_FRAME) return undefined;
  return FRAME.exec(line.slice(FRAME_MARKER.length))?.groups;
}

/**
 * Compares a file with the checksum and the size that the script printed, if it printed them. Those of a file whose secrets
 * were replaced differ.
 */
function hasSum(content: string, { sum, bytes }: Frame): boolean {
  if (sum === undefined || content.includes(REDACTED)) return true;
  const own = cksum(content);
  return own.sum === Number(sum) && own.bytes === Number(bytes);
}

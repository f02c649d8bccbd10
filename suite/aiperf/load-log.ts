import { FRAME_MARKER } from '../tools/common/log-lines.js';
import { cksum } from './cksum.js';

/** Parts of the log of a load pod: AIPerf's output, its exit code, and the files that the script printed. */
export interface LoadLog {
  readonly lines: readonly string[];
  /** Files by name. A file in base64 (the gzipped requests) stays encoded. */
  readonly files: ReadonlyMap<string, string>;
  /** Names of files whose checksum differs from the one that the script printed: lines of them were lost or changed. */
  readonly damaged: readonly string[];
  /** Exit code of AIPerf; undefined when the pod ended before it. */
  readonly exitCode?: number;
}

const FRAME =
  /^\{"event":"(file|end-file|end)"(?:,"name":"([\w.-]+)")?(?:,"cksum":(\d+),"bytes":(\d+))?(?:,"exitCode":(\d+))?\}$/;

/** Parses the log of a load pod. A file that the log has twice, or whose checksum differs, is damaged. */
export function readLoadLog(text: string): LoadLog {
  const lines: string[] = [];
  const files = new Map<string, string>();
  const damaged = new Set<string>();
  let file: { name: string; lines: string[] } | undefined;
  let exitCode: number | undefined;
  for (const whole of text.split('\n')) {
    const line = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    const frame = line.startsWith(FRAME_MARKER) ? FRAME.exec(line.slice(FRAME_MARKER.length)) : null;
    if (!frame && file) file.lines.push(whole);
    else if (!frame) lines.push(line);
    else if (frame[1] === 'file') file = { name: frame[2] ?? '', lines: [] };
    else if (frame[1] === 'end') exitCode = Number(frame[5]);
    else if (file) {
      const content = file.lines.join('\n');
      if (files.has(file.name) || !hasSum(content, frame[3], frame[4])) damaged.add(file.name);
      files.set(file.name, content);
      file = undefined;
    }
  }
  return { lines, files, damaged: [...damaged], ...(exitCode === undefined ? {} : { exitCode }) };
}

/** Compares a file with the checksum and the size that the script printed, if it printed them. */
function hasSum(content: string, sum: string | undefined, bytes: string | undefined): boolean {
  if (sum === undefined) return true;
  const own = cksum(content);
  return own.sum === Number(sum) && own.bytes === Number(bytes);
}

import { FRAME_MARKER } from '../tools/common/log-lines.js';

/** Parts of the log of a load pod: AIPerf's output, its exit code, and the files that the script printed. */
export interface LoadLog {
  readonly lines: readonly string[];
  /** Files by name. A file in base64 (the gzipped requests) stays encoded. */
  readonly files: ReadonlyMap<string, string>;
  /** Exit code of AIPerf; undefined when the pod ended before it. */
  readonly exitCode?: number;
}

const FRAME = /^\{"event":"(file|end-file|end)"(?:,"name":"([\w.-]+)")?(?:,"exitCode":(\d+))?\}$/;

/** Parses the log of a load pod. */
export function readLoadLog(text: string): LoadLog {
  const lines: string[] = [];
  const files = new Map<string, string>();
  let file: { name: string; lines: string[] } | undefined;
  let exitCode: number | undefined;
  for (const line of text.split(/\r?\n/)) {
    const frame = line.startsWith(FRAME_MARKER) ? FRAME.exec(line.slice(FRAME_MARKER.length)) : null;
    if (!frame) (file?.lines ?? lines).push(line);
    else if (frame[1] === 'file') file = { name: frame[2] ?? '', lines: [] };
    else if (frame[1] === 'end') exitCode = Number(frame[3]);
    else if (file) {
      files.set(file.name, file.lines.join('\n'));
      file = undefined;
    }
  }
  return { lines, files, ...(exitCode === undefined ? {} : { exitCode }) };
}

import { FRAME_MARKER } from '../tools/log-lines.js';

/** The log of a load pod taken apart: AIPerf's own lines, its exit code, and the files that the script printed. */
export interface LoadLog {
  readonly lines: readonly string[];
  /** By file name. One in base64 (the requests, gzipped) stays as it was printed. */
  readonly files: ReadonlyMap<string, string>;
  /** AIPerf's own; undefined when the pod ended before it. */
  readonly exitCode?: number;
}

const FRAME = /^\{"event":"(file|end-file|end)"(?:,"name":"([\w.-]+)")?(?:,"exitCode":(\d+))?\}$/;

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

import { FRAME_MARKER } from '../tools/common/frame-marker.js';
import { formatBytes } from '../units/units.js';
import type { LogCut } from './parts.js';

/**
 * Text of a log in UTF-8, in pieces of any size, so that no step needs the whole text in one string. Of a log that is
 * longer than the limit, only the beginning and the end.
 */
export interface LogText {
  /** The whole log, or its beginning. */
  readonly first: readonly Uint8Array[];
  /** Its end; absent when `first` is the whole log. */
  readonly last?: readonly Uint8Array[];
}

/** Returns a text as a log. A text that was stored with a missing part has one here, too. */
export function logTextOf(text: string): LogText {
  const at = CUT.exec(text);
  if (!at) return { first: [Buffer.from(text)] };
  const start = at.index + (at[1]?.length ?? 0);
  return {
    first: [Buffer.from(text.slice(0, start))],
    last: [Buffer.from(text.slice(at.index + at[0].length))],
  };
}

const CUT = new RegExp(`(^|\\n)${FRAME_MARKER}\\{"event":"cut","first":\\d{1,12},"last":\\d{1,12}\\}\\n`);

/** Whether a log has no text. */
export function isEmptyLog({ first, last }: LogText): boolean {
  return bytesOf([...first, ...(last ?? [])]) === 0;
}

/** Returns the bytes that were kept of a longer log; undefined for a whole log. */
export function cutOf({ first, last }: LogText): LogCut | undefined {
  return last && { first: bytesOf(first), last: bytesOf(last) };
}

/** Returns the line of a stored log in the place of its missing part. The parsers read it as a frame. */
export function cutLine({ first, last }: LogCut): string {
  return `${FRAME_MARKER}{"event":"cut","first":${first},"last":${last}}`;
}

/** Describes a cut as a clause: `only its first 4 MiB and its last 8 MiB were kept`. */
export function cutText({ first, last }: LogCut): string {
  return `only its first ${formatBytes(first)} and its last ${formatBytes(last)} were kept`;
}

function bytesOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

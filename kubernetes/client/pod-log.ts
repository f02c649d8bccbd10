import type { LogLimits } from './log-limits.js';

/** Log of a container, in the pieces in which it was received, or its beginning and its end. */
export interface PodLog {
  /** The whole log, or its beginning, which then ends with a whole line. */
  readonly first: readonly Uint8Array[];
  /** End of a log that is longer than the limit, from the begin of a line; absent when `first` is the whole log. */
  readonly last?: readonly Uint8Array[];
}

/** Receives the bytes of a response; returns false when it needs no more. */
export interface ByteSink {
  write(piece: Uint8Array): boolean;
}

/** Requests a log with query parameters, and passes its bytes to a sink that it creates for each try. */
export type LogReader = (query: Readonly<Record<string, string>>, sink: () => ByteSink) => Promise<void>;

/**
 * Reads a log of any size, of which it keeps a limited number of bytes. A longer log costs a second request, for its last
 * lines.
 */
export async function readPodLog(read: LogReader, limits: LogLimits): Promise<PodLog> {
  const whole = limits.first + limits.last;
  const head = await readInto(read, { limitBytes: String(whole + 1) }, () => new Head(whole + 1));
  if (head.bytes <= whole) return { first: head.pieces };
  const first = upToLastLine(upTo(head.pieces, limits.first));
  // The rest of it is free during the second request.
  head.pieces.length = 0;
  const tail = await readInto(read, { tailLines: String(limits.lastLines) }, () => new Tail(limits.last));
  return { first, last: tail.lines() };
}

/** Reads into a sink. Every try starts with an empty one; returns that of the last try. */
export async function readInto<Sink extends ByteSink>(
  read: LogReader,
  query: Readonly<Record<string, string>>,
  create: () => Sink,
): Promise<Sink> {
  let sink = create();
  await read(query, () => {
    sink = create();
    return sink;
  });
  return sink;
}

/** Keeps the first bytes, and needs no more after them. */
export class Head implements ByteSink {
  readonly pieces: Uint8Array[] = [];
  bytes = 0;

  /** @param most number of bytes that are kept */
  constructor(readonly most: number) {}

  write(piece: Uint8Array): boolean {
    const kept = piece.subarray(0, this.most - this.bytes);
    if (kept.length > 0) this.pieces.push(kept);
    this.bytes += kept.length;
    return this.bytes < this.most;
  }
}

/** Keeps the last bytes. */
class Tail implements ByteSink {
  readonly #most: number;
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  #cut = false;

  constructor(most: number) {
    this.#most = most;
  }

  write(piece: Uint8Array): boolean {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    for (let [oldest] = this.#pieces; oldest && this.#bytes - oldest.length >= this.#most; [oldest] = this.#pieces) {
      this.#pieces.shift();
      this.#bytes -= oldest.length;
      this.#cut = true;
    }
    return true;
  }

  /** Returns the last bytes, without the first line if a part of it is missing. */
  lines(): Uint8Array[] {
    const [oldest] = this.#pieces;
    const surplus = this.#bytes - this.#most;
    if (oldest && surplus > 0) {
      this.#pieces[0] = oldest.subarray(surplus);
      this.#cut = true;
    }
    return this.#cut ? fromFirstLine(this.#pieces) : this.#pieces;
  }
}

const LINE_FEED = 0x0a;

function upTo(pieces: readonly Uint8Array[], most: number): Uint8Array[] {
  const head = new Head(most);
  for (const piece of pieces) if (!head.write(piece)) break;
  return head.pieces;
}

/** Removes an unfinished line at the end; a text of one unfinished line remains. */
function upToLastLine(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  for (let i = pieces.length - 1; i >= 0; i--) {
    const end = pieces[i]?.lastIndexOf(LINE_FEED) ?? -1;
    if (end >= 0) return [...pieces.slice(0, i), (pieces[i] as Uint8Array).subarray(0, end + 1)];
  }
  return pieces;
}

/** Removes an unfinished line at the start; a text of one unfinished line remains. */
function fromFirstLine(pieces: readonly Uint8Array[]): Uint8Array[] {
  for (const [i, piece] of pieces.entries()) {
    const end = piece.indexOf(LINE_FEED);
    if (end >= 0) return [piece.subarray(end + 1), ...pieces.slice(i + 1)];
  }
  return [...pieces];
}

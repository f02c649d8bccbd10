import { cutLine, cutOf, type LogText } from '../../suite/record/log-text.js';
import { lineFilter, redactText } from '../../suite/secrets/redact.js';

/** Characters of a line from which on it is filtered in parts. */
const LONGEST_LINE = 2 ** 16;

/** Characters that two parts of a long line have in common: more than the longest secret. */
const OVERLAP = 2 ** 12;

/**
 * Returns the text of a log as it is stored: with the line about its missing part, and without secrets. Never holds more
 * than one piece of the log and one long line.
 */
export function* redactedText(log: LogText): Generator<string> {
  const cut = cutOf(log);
  if (!cut) {
    yield* redactedLines(textsOf(log.first));
    return;
  }
  let end = '\n';
  for (const text of redactedLines(textsOf(log.first))) {
    if (text !== '') end = text;
    yield text;
  }
  yield `${end.endsWith('\n') ? '' : '\n'}${cutLine(cut)}\n`;
  yield* redactedLines(textsOf(log.last ?? []));
}

function* textsOf(pieces: readonly Uint8Array[]): Generator<string> {
  const decoder = new TextDecoder();
  for (const piece of pieces) yield decoder.decode(piece, { stream: true });
  yield decoder.decode();
}

/** Filters a text in whole lines, and a long line in overlapping parts. */
function* redactedLines(texts: Iterable<string>): Generator<string> {
  const redact = lineFilter();
  let rest = '';
  for (const text of texts) {
    rest += text;
    const end = rest.lastIndexOf('\n') + 1;
    if (end > 0) yield redact(rest.slice(0, end));
    rest = rest.slice(end);
    while (rest.length > LONGEST_LINE + OVERLAP) {
      const { done, next } = redactedStart(rest.slice(0, LONGEST_LINE + OVERLAP));
      yield done;
      rest = next + rest.slice(LONGEST_LINE + OVERLAP);
    }
  }
  yield redact(rest);
}

/** Filters a part of a line. Its end is filtered once more, together with the next part. */
function redactedStart(part: string): { readonly done: string; readonly next: string } {
  const redacted = redactText(part);
  let same = 0;
  while (same < OVERLAP && part.at(-1 - same) === redacted.at(-1 - same)) same++;
  // Both halves of a character stay together.
  if (isSecondHalf(part.charCodeAt(part.length - same))) same--;
  return { done: redacted.slice(0, redacted.length - same), next: part.slice(part.length - same) };
}

function isSecondHalf(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

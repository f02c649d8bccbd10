/** Returns the lines of a text one by one, as `split(/\r?\n/)` does, without a list of all of them. */
export function* linesOf(text: string): Generator<string> {
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    yield text.slice(start, text.charCodeAt(end - 1) === CARRIAGE_RETURN && end > start ? end - 1 : end);
    start = end + 1;
  }
  yield text.slice(start);
}

const CARRIAGE_RETURN = 0x0d;

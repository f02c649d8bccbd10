/** Place of a text in a list of lines. */
export interface LinePlace {
  /** Position of the line, from 0. */
  readonly index: number;
  /** Position of the text in the line, from 0. */
  readonly column: number;
}

/** Maximum number of lines that one search returns. */
const MOST_LINES = 100;

/**
 * Searches lines for many texts. Searches all lines as one string, which is faster than one line after the other when most
 * lines contain none of the texts.
 */
export class LineSearch {
  readonly #output: string;
  readonly #starts: readonly number[];

  constructor(lines: readonly string[]) {
    this.#output = lines.join('\n');
    let start = 0;
    this.#starts = lines.map((line) => {
      const own = start;
      start += line.length + 1;
      return own;
    });
  }

  /** Returns the first place of a text in each line that contains it, in the order of the lines; at most 100 lines. */
  *find(text: string | RegExp): Generator<LinePlace> {
    let from = 0;
    for (let count = 0; count < MOST_LINES; count++) {
      const at = typeof text === 'string' ? this.#output.indexOf(text, from) : this.#match(text, from);
      if (at < 0) return;
      const index = this.#lineAt(at);
      yield { index, column: at - (this.#starts[index] ?? 0) };
      const end = this.#output.indexOf('\n', at);
      if (end < 0) return;
      from = end + 1;
    }
  }

  #match({ source, flags }: RegExp, from: number): number {
    const search = new RegExp(source, flags.includes('g') ? flags : `${flags}g`);
    search.lastIndex = from;
    return search.exec(this.#output)?.index ?? -1;
  }

  /** Returns the index of the line that contains a position of the output. */
  #lineAt(position: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

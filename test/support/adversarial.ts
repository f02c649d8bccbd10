/**
 * Texts that make a regular expression slow, generated from its own literals: a beginning that matches, repeated or
 * followed by many equal characters, so that the match fails late and is tried again at every place.
 */

const FILLS = [' ', '1', 'a', '=', '\n', '.'] as const;
/** No pattern continues with these characters; the second part is a line break for `.` and none for `$` without `m`. */
const TAILS = ['', '\u2028!'] as const;
const MOST_BEGINNINGS = 8;

/** Returns generators of texts of about a number of characters. */
export function adversarialTexts(pattern: RegExp): ((length: number) => string)[] {
  const beginnings = new Set(['']);
  for (const alternative of alternativesOf(pattern.source)) {
    let text = '';
    for (const atom of alternative) {
      beginnings.add(text);
      text += atom;
    }
    beginnings.add(text);
  }
  const chosen = [...beginnings];
  const step = Math.max(1, Math.ceil(chosen.length / MOST_BEGINNINGS));
  const some = chosen.filter(
    (text, i) => i % step === 0 || text.length === Math.max(...chosen.map((one) => one.length)),
  );
  return some.flatMap((beginning) =>
    TAILS.flatMap((tail) => [
      ...(beginning === '' ? [] : [(length: number) => repeated(beginning, length) + tail]),
      ...FILLS.map((fill) => (length: number) => beginning + repeated(fill, length) + tail),
    ]),
  );
}

function repeated(text: string, length: number): string {
  return text.repeat(Math.ceil(length / text.length));
}

/** Returns one matching text of each alternative at the top, as a list of the texts of its atoms. */
function alternativesOf(source: string): string[][] {
  const reader = new Reader(source);
  return reader.alternatives();
}

class Reader {
  #at = 0;

  constructor(readonly source: string) {}

  alternatives(): string[][] {
    const all: string[][] = [[]];
    while (this.#at < this.source.length && this.source[this.#at] !== ')') {
      if (this.source[this.#at] === '|') {
        this.#at++;
        all.push([]);
      } else {
        all.at(-1)?.push(...this.#atom());
      }
    }
    return all;
  }

  #atom(): string[] {
    const atom = this.#plainAtom();
    const quantifier = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(this.source.slice(this.#at));
    if (!quantifier) return atom;
    this.#at += quantifier[0].length;
    const times = Math.min(60, Math.max(1, Number(quantifier[1] ?? 1)));
    return Array.from({ length: times }, () => atom).flat();
  }

  #plainAtom(): string[] {
    const char = this.source[this.#at++] ?? '';
    if (char === '\\') return [this.#escape()];
    if (char === '[') return [this.#class()];
    if (char === '(') return this.#group();
    if (char === '^' || char === '$') return [];
    return [char === '.' ? 'x' : char];
  }

  #escape(): string {
    const char = this.source[this.#at++] ?? '';
    if (char === 'u' || char === 'x') {
      const digits = this.source.slice(this.#at, this.#at + (char === 'u' ? 4 : 2));
      this.#at += digits.length;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const samples: Readonly<Record<string, string>> = {
      d: '1',
      s: ' ',
      w: 'a',
      S: 'a',
      D: 'a',
      W: ' ',
      n: '\n',
      t: '\t',
      r: '\r',
      b: '',
      B: '',
    };
    return samples[char] ?? char;
  }

  #class(): string {
    const negated = this.source[this.#at] === '^';
    if (negated) this.#at++;
    const members: string[] = [];
    while (this.source[this.#at] !== ']') {
      const char = this.source[this.#at++] ?? '';
      members.push(char === '\\' ? this.#escape() : char);
    }
    this.#at++;
    return negated ? (['x', '1', ' '].find((char) => !members.includes(char)) ?? 'x') : (members[0] ?? '');
  }

  #group(): string[] {
    const kind = /^\?(?:<[A-Za-z]\w*>|<?[=!]|:)/.exec(this.source.slice(this.#at))?.[0] ?? '';
    this.#at += kind.length;
    const [first = []] = this.alternatives();
    this.#at++;
    return kind.endsWith('!') || kind.endsWith('=') ? [] : first;
  }
}

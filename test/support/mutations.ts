import { mersenne } from 'pure-rand/generator/mersenne';

/**
 * Structural damage to the log of a pod, as lost lines, a log that was cut, two pods that write into one log, or a fault of a
 * copy can cause it: lines and parts of lines are deleted, doubled, moved, cut, joined, split and mixed with another log, and
 * digits, commas, blanks and fields are deleted, inserted, doubled, exchanged and replaced.
 *
 * Other digits in one figure are detectable because a row has each figure more than once (bandwidth, time, rate). Within the
 * rounding of these figures they are not, and neither is a change of all of them that keeps them consistent: no program that
 * has only the log can find it. So a damaged log is accepted rightly when its figures are the original ones up to the rounding
 * of the figures with which they are compared.
 */

/** A source of whole numbers. */
interface Random {
  /** Returns a number from 0 to `below` − 1. */
  below(below: number): number;
}

/** Returns a source of whole numbers from a seed. */
export function randomOf(seed: number): Random {
  const generator = mersenne(seed);
  return { below: (below) => (generator.next() >>> 0) % Math.max(1, below) };
}

type Lines = readonly string[];
type Mutation = (lines: Lines, random: Random, others: readonly Lines[]) => Lines;

const CHARACTERS = '0123456789.,  -esx';

/** Lines with figures and frames, which damage hits more often than the banner of a tool. */
const HOT = /^(?:\s*s?\d|Block|bytes|batch,|# size|@@|\s*"|Final|\[thread|[A-Z][\w ()/%]+,[\d.])/;

/** Chooses a line, two times of three one with figures. */
function place(lines: Lines, random: Random): number {
  if (random.below(3) === 0) return random.below(lines.length);
  const hot = random.below(lines.length);
  for (let step = 0; step < lines.length; step++) {
    const index = (hot + step) % lines.length;
    if (HOT.test(lines[index] ?? '')) return index;
  }
  return hot;
}

/** Changes one line. */
function inLine(change: (line: string, random: Random) => string): Mutation {
  return (lines, random) => {
    const at = place(lines, random);
    return lines.with(at, change(lines[at] ?? '', random));
  };
}

/** Changes the fields of one line, between which are commas, or blanks when it has no comma. */
function inFields(change: (fields: string[], random: Random) => string[]): Mutation {
  return inLine((line, random) => {
    const separator = line.includes(',') ? ',' : /\s+/;
    const fields = change(line.split(separator), random);
    return fields.join(line.includes(',') ? ',' : '  ');
  });
}

function splice(line: string, at: number, removed: number, added: string): string {
  return line.slice(0, at) + added + line.slice(at + removed);
}

/** Each kind of damage by its name. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'delete lines': (lines, random) => lines.toSpliced(place(lines, random), 1 + random.below(3)),
  'double a line': (lines, random) => {
    const at = place(lines, random);
    return lines.toSpliced(random.below(2) === 0 ? at : place(lines, random), 0, lines[at] ?? '');
  },
  'swap lines': (lines, random) => {
    const [a, b] = [place(lines, random), place(lines, random)];
    return lines.with(a, lines[b] ?? '').with(b, lines[a] ?? '');
  },
  'move a line': (lines, random) => {
    const at = place(lines, random);
    return lines.toSpliced(at, 1).toSpliced(place(lines, random), 0, lines[at] ?? '');
  },
  'cut the log': (lines, random) => {
    const at = place(lines, random);
    const line = lines[at] ?? '';
    const column = random.below(line.length + 1);
    return random.below(3) > 0
      ? [...lines.slice(0, at), line.slice(0, column)]
      : [line.slice(column), ...lines.slice(at + 1)];
  },
  'cut a line': inLine((line, random) => {
    const column = random.below(line.length + 1);
    return random.below(3) > 0 ? line.slice(0, column) : line.slice(column);
  }),
  'delete characters': inLine((line, random) => splice(line, random.below(line.length), 1 + random.below(4), '')),
  'insert a character': inLine((line, random) =>
    splice(line, random.below(line.length + 1), 0, CHARACTERS[random.below(CHARACTERS.length)] ?? ''),
  ),
  'replace a character': inLine((line, random) =>
    splice(line, random.below(line.length), 1, CHARACTERS[random.below(CHARACTERS.length)] ?? ''),
  ),
  'double characters': inLine((line, random) => {
    const at = random.below(line.length);
    return splice(line, at, 0, line.slice(at, at + 1 + random.below(6)));
  }),
  'delete a field': inFields((fields, random) => fields.toSpliced(random.below(fields.length), 1)),
  'double a field': inFields((fields, random) => {
    const at = random.below(fields.length);
    return fields.toSpliced(at, 0, fields[at] ?? '');
  }),
  'swap fields': inFields((fields, random) => {
    const [a, b] = [random.below(fields.length), random.below(fields.length)];
    return fields.with(a, fields[b] ?? '').with(b, fields[a] ?? '');
  }),
  'exchange a field with another line': (lines, random) => {
    const [a, b] = [place(lines, random), place(lines, random)];
    const separator = (lines[a] ?? '').includes(',') ? ',' : /\s+/;
    const [first, second] = [(lines[a] ?? '').split(separator), (lines[b] ?? '').split(separator)];
    const at = random.below(first.length);
    const glue = (lines[a] ?? '').includes(',') ? ',' : '  ';
    return lines.with(a, first.with(at, second[at] ?? '').join(glue));
  },
  'join lines': (lines, random) => {
    const at = place(lines, random);
    return lines.toSpliced(at, 2, `${lines[at] ?? ''}${lines[at + 1] ?? ''}`);
  },
  'split a line': (lines, random) => {
    const at = place(lines, random);
    const line = lines[at] ?? '';
    const column = random.below(line.length + 1);
    return lines.toSpliced(at, 1, line.slice(0, column), line.slice(column));
  },
  'mix with another log by lines': (lines, random, others) => {
    const other = others[random.below(others.length)] ?? [];
    const mixed: string[] = [];
    let [a, b] = [0, 0];
    while (a < lines.length || b < other.length) {
      const run = 1 + random.below(8);
      if (b >= other.length || (a < lines.length && random.below(2) === 0)) {
        mixed.push(...lines.slice(a, a + run));
        a += run;
      } else {
        mixed.push(...other.slice(b, b + run));
        b += run;
      }
    }
    return mixed;
  },
  'insert a part of another log': (lines, random, others) => {
    const other = (others[random.below(others.length)] ?? []).join('\n');
    const log = lines.join('\n');
    const from = random.below(other.length);
    return splice(log, random.below(log.length), 0, other.slice(from, from + random.below(600))).split('\n');
  },
  'replace a line by a part of one of another log': (lines, random, others) => {
    const other = others[random.below(others.length)] ?? [];
    const line = (other[place(other, random)] ?? '').trimEnd();
    return lines.with(place(lines, random), line.slice(0, random.below(line.length)));
  },
};

const KINDS = Object.entries(MUTATIONS);

/** Kinds without other logs: with one of them, a whole row could take the place of a row that another kind deletes. */
const OWN = KINDS.filter(([name]) => !name.includes('another log'));

/**
 * Damages a log once, or up to three times in one of four cases.
 *
 * @param others logs of the same tool, whose lines may get into this one
 */
export function damage(log: string, others: readonly string[], random: Random): { log: string; kinds: string[] } {
  let lines: Lines = log.split('\n');
  const split = others.map((other) => other.split('\n'));
  const done: string[] = [];
  const times = random.below(4) === 0 ? 2 + random.below(2) : 1;
  for (let time = 0; time < times; time++) {
    const kinds = times === 1 ? KINDS : OWN;
    const [name, mutate] = kinds[random.below(kinds.length)] ?? [];
    if (!name || !mutate || lines.length === 0) continue;
    lines = mutate(lines, random, split);
    done.push(name);
  }
  return { log: lines.join('\n'), kinds: done };
}

import type { FailureClass } from '../../verdict/failure.js';
import type { LogLine } from './kept-lines.js';
import { LineSearch } from './line-search.js';
import { type Severity, severityOf } from './log-prefix.js';

/** Messages of the tools and libraries, each with its failure class. */

/**
 * Distance of a message from the cause:
 *
 * - `symptom`: the tool's own statement that a step failed, such as `createBackend failed`;
 * - `cause`: the library's reason for it;
 * - `root`: the object that is missing or wrong, such as a file, a device or an option.
 */
export type Depth = 'symptom' | 'cause' | 'root';

/** What a message is about. A deeper message explains another one only when both are about the same. */
export type Topic =
  | 'options'
  | 'etcd'
  | 'plugin'
  | 'backend'
  | 'memory'
  | 'metadata'
  | 'transfer'
  | 'connection'
  | 'library';

export interface Message {
  /** Text in the line, or a pattern when a text would match too much. */
  readonly text: string | RegExp;
  readonly class: FailureClass;
  /** Default: nothing, so that the message explains no other and no other explains it. */
  readonly about?: Topic | readonly Topic[];
  /** Default: `cause`. */
  readonly depth?: Depth;
  /**
   * Highest severity, for an error that the library survives. The line's own prefix can lower it (glog, UCX and libfabric print
   * one). Default: `error`.
   */
  readonly severity?: Severity;
  /** Remedy for this message; default: the hint of the class. */
  readonly hint?: string;
  /**
   * True when a rank prints the message also after it has lost the other rank, so that a lost rank explains it. Default: what
   * the class says.
   */
  readonly consequence?: boolean;
}

/** Returns messages that have a class, a topic or other fields in common. A row has precedence over the common fields. */
export function messagesOf(
  common: Omit<Message, 'text'>,
  rows: readonly (Pick<Message, 'text'> & Partial<Message>)[],
): Message[] {
  return rows.map((row) => ({ ...common, ...row }));
}

/** A message in the output of a rank. */
export interface FoundMessage extends Message {
  readonly line: string;
  /** Position of the line in the output. */
  readonly index: number;
  readonly severity: Severity;
  readonly depth: Depth;
  /** Seconds since 1970; absent when the log has no times. */
  readonly at?: number;
}

/** Failure that a line of the output reports. */
export interface NamedFailure {
  readonly class: FailureClass;
  readonly line: string;
  readonly hint?: string;
}

/** Program with the messages that it and its libraries can print. */
export interface MessageSource {
  readonly program: string;
  readonly messages: readonly Message[];
}

/**
 * Messages that every program can print: of the dynamic linker (glibc, elf/rtld.c, elf/dl-version.c), and of the shell or the
 * container runtime for a program of another architecture (ENOEXEC).
 */
const SHARED: readonly Message[] = [
  ...messagesOf({ class: 'ToolMissing', about: 'library', depth: 'root' }, [
    {
      text: /error while loading shared libraries: lib(?:cuda|nvidia-ml)\.so/,
      hint: 'Give the pod a GPU (`resources.gpu`); the NVIDIA container toolkit adds this library of the driver to such pods only',
    },
    { text: 'error while loading shared libraries: ' },
    {
      text: 'symbol lookup error: ',
      hint: 'Use an image whose tool and libraries come from one build; a library lacks the symbol that the message names',
    },
    {
      text: /: version [`'‘]\S{1,80}['’] not found \(required by /,
      hint: 'Use an image whose tool and libraries come from one build; they need a newer glibc or libstdc++ than the image has',
    },
    {
      text: /exec format error/i,
      hint: 'Use an image for the CPU architecture of the nodes (amd64 or arm64); this one is for another architecture',
    },
  ]),
];

/** Matches the message of the shell, or of `env`, for a program that the image lacks. */
function missing(program: string): Message {
  const pattern = `(?:entry\\.sh(?:(?!entry\\.sh).){0,200}|(?:^|[ '"/\u2018])${program}['"\u2019]?): (?:command )?(?:not found|No such file or directory)$`;
  return { text: new RegExp(pattern, 'm'), class: 'ToolMissing', about: 'library', depth: 'root' };
}

/** Maximum number of quoted characters in a record. A line of output can have a megabyte. */
const LONGEST_LINE = 500;

/**
 * Finds all messages in the output of a rank, in the order of their lines. A line has at most one message: that of the first
 * entry of the tables that matches, so a special text precedes the general one.
 */
export function findMessages(source: MessageSource, lines: readonly LogLine[]): FoundMessage[] {
  const search = new LineSearch(lines.map(({ text }) => text));
  const found: FoundMessage[] = [];
  const named = new Set<number>();
  for (const message of [...SHARED, missing(source.program), ...source.messages]) {
    for (const { index, column } of search.find(message.text)) {
      if (named.has(index)) continue;
      named.add(index);
      const { text = '', at } = lines[index] ?? {};
      const from = Math.max(0, column - LONGEST_LINE / 2);
      found.push({
        ...message,
        line: text.slice(from, from + LONGEST_LINE).trim(),
        index,
        severity: leastSevere(message.severity ?? 'error', severityOf(text)),
        depth: message.depth ?? 'cause',
        ...(at === undefined ? {} : { at }),
      });
    }
  }
  return found.sort((a, b) => a.index - b.index);
}

const SEVERITIES: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

const leastSevere = (a: Severity, b: Severity) => (SEVERITIES[a] < SEVERITIES[b] ? a : b);

const DEPTHS: Readonly<Record<Depth, number>> = { symptom: 0, cause: 1, root: 2 };

const topicsOf = ({ about = [] }: FoundMessage): readonly Topic[] => [about].flat();

/** Whether a message is about the same as another one, and nearer to the cause. */
export const explains = (deeper: FoundMessage, message: FoundMessage): boolean =>
  DEPTHS[deeper.depth] > DEPTHS[message.depth] && areRelated(deeper, message);

const areRelated = (a: FoundMessage, b: FoundMessage) => topicsOf(a).some((topic) => topicsOf(b).includes(topic));

/**
 * Chooses the message that explains most: the deepest, then the most severe, then the one nearest to the end of the rank,
 * because libraries also report what they survive, and most of that early.
 *
 * @param end index of the line at which the rank ended
 */
function bestExplanation(found: readonly FoundMessage[], end: number): FoundMessage | undefined {
  const distance = ({ index }: FoundMessage) => Math.abs(end - index);
  return found.toSorted(
    (a, b) =>
      DEPTHS[b.depth] - DEPTHS[a.depth] || SEVERITIES[b.severity] - SEVERITIES[a.severity] || distance(a) - distance(b),
  )[0];
}

/**
 * Chooses the error that ended the rank, and the deepest message that explains it. The tool's own statement has precedence,
 * because a library also reports errors that its caller survives. Without an error, a warning is the last resort, if
 * `warnings` allows it.
 *
 * @param found messages in the order of their lines
 */
export function deepestCause(
  found: readonly FoundMessage[],
  { warnings }: { readonly warnings: boolean },
): FoundMessage | undefined {
  const errors = found.filter(({ severity }) => severity === 'error');
  const ended = errors.find(({ depth }) => depth === 'symptom') ?? errors[0];
  if (ended) {
    const related = found.filter((message) => areRelated(message, ended));
    return bestExplanation([ended, ...related], ended.index);
  }
  if (!warnings) return undefined;
  return bestExplanation(
    found.filter(({ severity }) => severity === 'warning'),
    Number.MAX_SAFE_INTEGER,
  );
}

/** Failure classes that a rank reports when the other rank has ended. They are consequences and not causes. */
const CONSEQUENCES: ReadonlySet<FailureClass> = new Set(['PeerLost', 'RendezvousTimeout', 'TransferFailed']);

export const isConsequence = (message: Pick<Message, 'class' | 'consequence'>): boolean =>
  message.consequence ?? CONSEQUENCES.has(message.class);

/** Names the failure that lines without times and ends report; undefined when they report none. */
export function classifyOutput(source: MessageSource, lines: readonly string[]): NamedFailure | undefined {
  const found = findMessages(
    source,
    lines.map((text) => ({ text, afterStop: false })),
  );
  const causes = found.filter((message) => !isConsequence(message));
  const cause = deepestCause(causes, { warnings: false }) ?? deepestCause(found, { warnings: true });
  return cause && { class: cause.class, line: cause.line, ...(cause.hint ? { hint: cause.hint } : {}) };
}

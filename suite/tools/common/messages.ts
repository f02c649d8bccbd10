import type { FailureClass } from '../../verdict/failure.js';
import type { LogLine } from './log-lines.js';

/** Messages of the tools and libraries, each with its failure class. */

/** Weight of a line. A warning or a remark explains an error, and is no failure by itself. */
export type Severity = 'error' | 'warning' | 'info';

/**
 * Distance of a message from the cause:
 *
 * - `symptom`: the tool's own statement that a step failed, such as `createBackend failed`;
 * - `cause`: the library's reason for it;
 * - `root`: the object that is missing or wrong, such as a file, a device or an option.
 */
export type Depth = 'symptom' | 'cause' | 'root';

/** What a message is about. A deeper message explains another one only when both are about the same. */
export type Topic = 'options' | 'etcd' | 'backend' | 'memory' | 'metadata' | 'transfer' | 'connection' | 'library';

export interface Message {
  /** Text in the line, or a pattern when a text would match too much. */
  readonly text: string | RegExp;
  readonly class: FailureClass;
  /** Default: nothing, so that the message explains no other and no other explains it. */
  readonly about?: Topic | readonly Topic[];
  /** Default: `cause`. */
  readonly depth?: Depth;
  /** Default: what the line's own prefix says (glog, UCX and libfabric print one); `error` without a prefix. */
  readonly severity?: Severity;
  /** Remedy for this message; default: the hint of the class. */
  readonly hint?: string;
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
export interface Speaker {
  readonly program: string;
  readonly messages: readonly Message[];
}

const SHARED: readonly Message[] = [
  { text: 'error while loading shared libraries: ', class: 'ToolMissing', about: 'library', depth: 'root' },
  {
    text: 'UCP API version is incompatible',
    class: 'ToolMissing',
    about: ['library', 'backend'],
    depth: 'root',
    hint: 'Install the UCX version that the message names; NIXL was built against a newer UCX than the one in the image',
  },
];

/** Messages of NIXL, UCX and libfabric (ofiwg/libfabric), which register memory for every tool. */
export const MEMORY_MESSAGES: readonly Message[] = [
  { text: 'registerMem failed', class: 'MemoryRegistration' },
  { text: 'Unable to register MR of', class: 'MemoryRegistration' },
  { text: 'Failed to register CUDA buffer', class: 'MemoryRegistration' },
  {
    text: 'P2P support is not available',
    class: 'MemoryRegistration',
    hint: 'Check dmabuf support of the kernel and the NVIDIA driver, or set FI_HMEM_DISABLE_P2P=1 as a control; the EFA device cannot reach GPU memory',
  },
  {
    text: /CUDA: .{0,300}\(Error code/,
    class: 'MemoryRegistration',
    hint: 'Look up the error code of the CUDA call in the message',
  },
  {
    text: 'Cannot allocate memory',
    class: 'MemoryRegistration',
    hint: 'Check memlock, huge pages and the memory limit; 32 EFA devices need 128Gi for their registered buffers',
  },
];

/** Matches the shell's message for a program that the image lacks. */
function missing(program: string): Message {
  const pattern = `(?:entry\\.sh|${program}).{0,200}: (?:command )?(?:not found|No such file or directory)$`;
  return { text: new RegExp(pattern, 'm'), class: 'ToolMissing', about: 'library', depth: 'root' };
}

/** Maximum number of quoted characters in a record. A line of output can have a megabyte. */
const LONGEST_LINE = 500;

/** Maximum number of lines with one message that are considered. */
const MOST_LINES = 100;

/** Finds all messages in the output of a rank, in the order of their lines. */
export function findMessages(speaker: Speaker, lines: readonly LogLine[]): FoundMessage[] {
  const output = lines.map(({ text }) => text).join('\n');
  const starts = startsOf(lines);
  const found: FoundMessage[] = [];
  for (const message of [...SHARED, missing(speaker.program), ...speaker.messages]) {
    for (const at of positionsOf(message.text, output)) {
      const index = lineAt(starts, at);
      const { text = '', at: time } = lines[index] ?? {};
      const from = Math.max(0, at - (starts[index] ?? 0) - LONGEST_LINE / 2);
      found.push({
        ...message,
        line: text.slice(from, from + LONGEST_LINE).trim(),
        index,
        severity: message.severity ?? severityOf(text),
        depth: message.depth ?? 'cause',
        ...(time === undefined ? {} : { at: time }),
      });
    }
  }
  return found.sort((a, b) => a.index - b.index);
}

function* positionsOf(text: string | RegExp, output: string): Generator<number> {
  let from = 0;
  for (let count = 0; count < MOST_LINES; count++) {
    const at = typeof text === 'string' ? output.indexOf(text, from) : searchFrom(text, output, from);
    if (at < 0) return;
    yield at;
    const end = output.indexOf('\n', at);
    if (end < 0) return;
    from = end + 1;
  }
}

function searchFrom(pattern: RegExp, output: string, from: number): number {
  const flags = pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`;
  const search = new RegExp(pattern.source, flags);
  search.lastIndex = from;
  return search.exec(output)?.index ?? -1;
}

function startsOf(lines: readonly LogLine[]): number[] {
  let start = 0;
  return lines.map(({ text }) => {
    const own = start;
    start += text.length + 1;
    return own;
  });
}

/** Returns the index of the line that contains a position. */
function lineAt(starts: readonly number[], position: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Prefixes that state the severity of a line: glog (`W1128 20:15:12.054`), UCX (`UCX  WARN`), and libfabric (`<warn>`, where
 * `<warn>` and less are no failure of the call).
 */
const PREFIXES: readonly (readonly [RegExp, Severity])[] = [
  [/^\s*I\d{4} \d\d:\d\d:\d\d/, 'info'],
  [/^\s*W\d{4} \d\d:\d\d:\d\d/, 'warning'],
  [/ UCX +(?:DIAG|INFO|DEBUG|TRACE)/, 'info'],
  [/ UCX +WARN /, 'warning'],
  [/^libfabric:.{0,200}<(?:info|trace|debug)>/, 'info'],
  [/^libfabric:.{0,200}<warn>/, 'warning'],
  [/^\s*WARN(?:ING)?\b/, 'warning'],
];

function severityOf(line: string): Severity {
  return PREFIXES.find(([prefix]) => prefix.test(line))?.[1] ?? 'error';
}

const DEPTHS: Readonly<Record<Depth, number>> = { symptom: 0, cause: 1, root: 2 };

const isDeeper = (a: FoundMessage, b: FoundMessage) => DEPTHS[a.depth] > DEPTHS[b.depth];

const topicsOf = ({ about = [] }: FoundMessage): readonly Topic[] => [about].flat();

const areRelated = (a: FoundMessage, b: FoundMessage) => topicsOf(a).some((topic) => topicsOf(b).includes(topic));

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
  if (!ended) return warnings ? found.find(({ severity }) => severity === 'warning') : undefined;
  return found
    .filter((message) => areRelated(message, ended))
    .reduce<FoundMessage>((a, b) => (isDeeper(b, a) ? b : a), ended);
}

/** Failure classes that a rank reports when the other rank has ended. They are consequences and not causes. */
const CONSEQUENCES: ReadonlySet<FailureClass> = new Set(['PeerLost', 'RendezvousTimeout', 'TransferFailed']);

export const isConsequence = (message: Pick<Message, 'class'>): boolean => CONSEQUENCES.has(message.class);

/** Names the failure that lines without times and ends report; undefined when they report none. */
export function classifyOutput(speaker: Speaker, lines: readonly string[]): NamedFailure | undefined {
  const found = findMessages(
    speaker,
    lines.map((text) => ({ text, afterStop: false })),
  );
  const causes = found.filter((message) => !isConsequence(message));
  const cause = deepestCause(causes, { warnings: false }) ?? deepestCause(found, { warnings: true });
  return cause && { class: cause.class, line: cause.line, ...(cause.hint ? { hint: cause.hint } : {}) };
}

import type { PluginFolder } from '../../run/cluster-facts.js';
import { FRAME_MARKER } from './frame-marker.js';
import { KeptLines, type LogLine } from './kept-lines.js';
import { linesOf } from './lines-of.js';

/** Counters of one device at one moment, as read from the kernel. */
export interface CounterFrame {
  readonly event: 'counters';
  readonly when: 'before' | 'after';
  /** `infiniband/rdmap79s0` or `net/eth0`. */
  readonly device: string;
  /** Port of an RDMA device; absent for an interface, and in logs of earlier versions, which have only the first port. */
  readonly port?: number;
  /** Link layer of the port: `InfiniBand`, `Ethernet`, `Unknown` (EFA); of an interface only `InfiniBand` (IPoIB). */
  readonly linkLayer?: string;
  /** Rate of the port as the kernel prints it: `400 Gb/sec (4X NDR)`. */
  readonly rate?: string;
  /** State of the port as the kernel prints it: `4: ACTIVE`. */
  readonly state?: string;
  /** `unknown` when the pod does not show whether the device is its own; the script leaves out devices of other pods. */
  readonly own?: string;
  /** Counters that have a value. One that the device lacks is absent, and not 0. */
  readonly counters: Readonly<Record<string, number>>;
}

/** Shared libraries that a process of the rank has mapped, by the path of their file. */
interface LibrariesFrame {
  readonly event: 'libraries';
  /** Also folders `NAME-VERSION.dist-info`, which name the version of a Python wheel that contains one of the libraries. */
  readonly files: readonly string[];
  /** Texts in a library that have the form of a version, by its path. */
  readonly versions?: Readonly<Record<string, readonly string[]>>;
}

/** A folder of NIXL plug-ins. */
export interface PluginsFrame extends PluginFolder {
  readonly event: 'plugins';
}

/** Part of the log that was not kept, because the log is longer than the limit. */
interface CutFrame {
  readonly event: 'cut';
  /** Bytes of the beginning that were kept. */
  readonly first: number;
  /** Bytes of the end that were kept. */
  readonly last: number;
}

type Frame =
  | CounterFrame
  | CutFrame
  | LibrariesFrame
  | PluginsFrame
  | { readonly event: 'begin' }
  | { readonly event: 'stop' }
  | { readonly event: 'process'; readonly index: number }
  | { readonly event: 'end'; readonly exitCode: number };

/** A parsed log of a rank: the tool's lines, and the frames of the entry script. */
export interface RankLog {
  readonly toolLines: readonly string[];
  /** The lines of all processes with their place in time. */
  readonly timeline: readonly LogLine[];
  readonly counters: readonly CounterFrame[];
  /** Output of each process by index, when the rank ran several processes. */
  readonly processes: ReadonlyMap<number, readonly string[]>;
  /** Shared libraries that the tool had mapped, by the path of their file; empty when the script could not read them. */
  readonly libraries: readonly string[];
  /** Texts in these libraries that have the form of a version, by the path of the file. */
  readonly libraryVersions: ReadonlyMap<string, readonly string[]>;
  /** Folders of NIXL plug-ins, listed after a failure. */
  readonly plugins: readonly PluginsFrame[];
  /** Time of the last frame in seconds since 1970; absent without the frame, and when the log has no times. */
  readonly endedAt?: number;
  /**
   * True when the log has its first and its last frame. Then it was truncated neither by the kubelet, which keeps only the
   * end of a long log, nor by the death of the pod. False also when it has one of them twice.
   */
  readonly complete: boolean;
  /** Present when a part of the log is missing that could have held rows, as the store keeps it or as it was parsed. */
  readonly cut?: Pick<CutFrame, 'first' | 'last'>;
  /** Number of lines that were not parsed, because the log has too many; absent when all were. */
  readonly skippedLines?: number;
  /** True when the log has a frame twice that the entry script prints once: it contains the output of two pods. */
  readonly mixed: boolean;
}

/** Most frames with counters: twenty times those of a node with 32 NICs. */
const MOST_COUNTERS = 2000;
const MOST_PLUGIN_FOLDERS = 10;

/**
 * Parses a rank's log, with or without the times that the kubelet puts before each line. Lines that resemble a frame but
 * are not valid stay in the tool's output. Of equal lines in a row, and of very many lines, only some are kept
 * (`KeptLines`).
 */
export function readRankLog(text: string): RankLog {
  const kept = new KeptLines();
  const counters: CounterFrame[] = [];
  const libraries = new Set<string>();
  const libraryVersions = new Map<string, readonly string[]>();
  const plugins: PluginsFrame[] = [];
  const counted = new Set<string>();
  let started = 0;
  let ended = 0;
  let mixed = false;
  let stopped = false;
  let endedAt: number | undefined;
  let cut: CutFrame | undefined;
  let place = '';
  const timed = hasTimes(text);
  for (const whole of linesOf(text)) {
    const { at, line } = timed ? withoutTime(whole) : { at: undefined, line: whole };
    const found = readFrame(line);
    if (!found) {
      kept.add(line, stopped, at);
      continue;
    }
    switch (found.event) {
      case 'begin':
        started += 1;
        break;
      case 'stop':
        stopped = true;
        break;
      case 'cut':
        cut = found;
        break;
      case 'counters':
        place = `${found.when} ${found.device} ${found.port ?? 1}`;
        if (counted.has(place)) mixed = true;
        else if (counters.length < MOST_COUNTERS) counters.push(found);
        counted.add(place);
        break;
      case 'libraries':
        for (const file of found.files) libraries.add(file);
        for (const [file, texts] of Object.entries(found.versions ?? {})) libraryVersions.set(file, texts);
        break;
      case 'plugins':
        if (plugins.length < MOST_PLUGIN_FOLDERS) plugins.push(found);
        break;
      case 'process':
        if (!kept.startProcess(found.index)) mixed = true;
        break;
      case 'end':
        ended += 1;
        endedAt = at;
        kept.endProcesses();
    }
  }
  return {
    ...kept.lines(),
    counters,
    libraries: [...libraries],
    libraryVersions,
    plugins,
    ...(endedAt === undefined ? {} : { endedAt }),
    complete: started === 1 && ended === 1 && !mixed,
    mixed: mixed || started > 1 || ended > 1,
    ...(cut ? { cut: { first: cut.first, last: cut.last } } : {}),
    ...(kept.skipped > 0 ? { skippedLines: kept.skipped } : {}),
  };
}

/** Returns the tool's output of all processes of a rank. */
export function ownOutput({ toolLines, processes }: RankLog): string[] {
  return [toolLines, ...processes.values()].flat();
}

/** Matches the time that the kubelet puts before a line (RFC 3339, pkg/kubelet/kuberuntime/logs). */
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))(?: |$)/;

/** Characters from which on a container runtime may split a line (4 to 16 KiB; 16 KiB in containerd). */
const SHORTEST_SPLIT = 4000;

/**
 * Matches the time that a kubelet before 1.26 also puts before each further part of a line that the runtime has split
 * (kubernetes/kubernetes pull request 113481).
 */
const SPLIT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(?:Z|[+-]\d\d:\d\d) /g;

/** Whether the kubelet has put a time before each line. Some tools print times of their own, but not in every line. */
function hasTimes(text: string): boolean {
  const first = text.slice(0, text.indexOf('\n') >>> 0);
  const trimmed = text.trimEnd();
  const last = trimmed.slice(trimmed.lastIndexOf('\n') + 1);
  return TIME.test(first) && TIME.test(last);
}

function withoutTime(whole: string): { at: number | undefined; line: string } {
  const time = TIME.exec(whole);
  if (!time) return { at: undefined, line: whole };
  const line = whole.slice(time[0].length);
  return { at: Date.parse(time[1] ?? '') / 1000, line: line.length < SHORTEST_SPLIT ? line : line.replace(SPLIT, '') };
}

/** Characters of the longest frame: one that names a hundred libraries has a tenth of it. */
const LONGEST_FRAME = 2 ** 18;

/** Parses a frame. Finds the marker anywhere in the line, because an unfinished line of the tool may precede it. */
function readFrame(line: string): Frame | undefined {
  const at = line.indexOf(FRAME_MARKER);
  if (at < 0 || !line.endsWith('}') || line.length - at > LONGEST_FRAME) return undefined;
  try {
    const value: unknown = JSON.parse(line.slice(at + FRAME_MARKER.length));
    return isFrame(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Validates a frame without a schema, for speed: a log may contain a hundred thousand lines that resemble frames. */
function isFrame(value: unknown): value is Frame {
  if (!isObject(value)) return false;
  switch (value.event) {
    case 'begin':
    case 'stop':
      return true;
    case 'cut':
      return Number.isSafeInteger(value.first) && Number.isSafeInteger(value.last);
    case 'process':
      return Number.isSafeInteger(value.index) && Number(value.index) >= 0;
    case 'end':
      return Number.isSafeInteger(value.exitCode);
    case 'libraries':
      return (
        isTexts(value.files) &&
        (value.versions === undefined || (isObject(value.versions) && Object.values(value.versions).every(isTexts)))
      );
    case 'plugins':
      return typeof value.folder === 'string' && isTexts(value.files);
    case 'counters':
      return (
        (value.when === 'before' || value.when === 'after') &&
        typeof value.device === 'string' &&
        (value.port === undefined || Number.isSafeInteger(value.port)) &&
        [value.linkLayer, value.rate, value.state, value.own].every(isTextOrAbsent) &&
        isObject(value.counters) &&
        Object.values(value.counters).every(Number.isFinite)
      );
    default:
      return false;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Prefixes that glog, UCX and libfabric put before their log lines. */

/** Weight of a line. A warning or a remark can explain an error, but does not fail a rank. */
export type Severity = 'error' | 'warning' | 'info';

/**
 * Prefixes that state the severity of a line: glog of NIXL (`W1128 20:15:12.054`; a fatal or an error line is an error whatever
 * follows), UCX (`UCX  WARN`; src/ucs/debug/log.c has the levels), libfabric (`<warn>`, where `<warn>` and less are no failure
 * of the call), and the word itself.
 */
const LEVELS: readonly (readonly [RegExp, Severity])[] = [
  [/^\s*[EF]\d{4} \d\d:\d\d:\d\d/, 'error'],
  [/^\s*I\d{4} \d\d:\d\d:\d\d/, 'info'],
  [/^\s*W\d{4} \d\d:\d\d:\d\d/, 'warning'],
  [/ UCX +(?:DIAG|INFO|DEBUG|TRACE|REQ|DATA|ASYNC|FUNC|POLL) /, 'info'],
  [/ UCX +WARN /, 'warning'],
  [/^libfabric:.{0,200}<(?:info|trace|debug)>/, 'info'],
  [/^libfabric:.{0,200}<warn>/, 'warning'],
  [/^\s*warn(?:ing)?\b/i, 'warning'],
];

/** Returns the severity that the prefix of a line states; `error` without such a prefix. */
export function severityOf(line: string): Severity {
  return LEVELS.find(([prefix]) => prefix.test(line))?.[1] ?? 'error';
}

/** Prefixes with time, process and place in the source. */
const PLACES: readonly RegExp[] = [
  // glog and Abseil: E1128 20:15:11.431195       7 libfabric_common.cpp:68]
  /^\s*[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9}\s+\d+\s[^\]]{1,200}\]\s/,
  // UCX, which pads the number of the line: [1795896913.877026] [host:6    :0]     module.c:72   UCX  WARN
  /^\s*\[\d+\.\d+\]\s\[[^\]]{1,300}\]\s{1,40}\S{1,200}\s{1,8}UCX\s{1,4}[A-Z]+\s+/,
  // libfabric: libfabric:101:1700000000::efa:core:function():160<warn>
  /^\s*libfabric:\d+:\d+:[^<]{0,300}<[a-z]+>\s/,
];

/** Returns what a log line states, without its prefix and with single spaces, at most `length` characters. */
export function statementOf(line: string, length = 300): string {
  const prefix = PLACES.find((candidate) => candidate.test(line));
  const statement = (prefix ? line.replace(prefix, '') : line).replace(/\s+/g, ' ').trim();
  return statement.length > length ? `${statement.slice(0, length)}…` : statement;
}

/** Prefixes of log lines: time, process and place in the source. */
const PREFIXES: readonly RegExp[] = [
  // glog and Abseil: E1128 20:15:11.431195       7 libfabric_common.cpp:68]
  /^\s*[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9}\s+\d+\s[^\]]{1,200}\]\s/,
  // UCX, which pads the number of the line: [1795896913.877026] [host:6    :0]     module.c:72   UCX  WARN
  /^\s*\[\d+\.\d+\]\s\[[^\]]{1,300}\]\s{1,40}\S{1,200}\s{1,8}UCX\s{1,4}[A-Z]+\s+/,
  // libfabric: libfabric:101:1700000000::efa:core:function():160<warn>
  /^\s*libfabric:\d+:\d+:[^<]{0,300}<[a-z]+>\s/,
];

/** Returns what a log line states, without its prefix and with single spaces, at most `length` characters. */
export function statementOf(line: string, length = 300): string {
  const prefix = PREFIXES.find((candidate) => candidate.test(line));
  const statement = (prefix ? line.replace(prefix, '') : line).replace(/\s+/g, ' ').trim();
  return statement.length > length ? `${statement.slice(0, length)}…` : statement;
}

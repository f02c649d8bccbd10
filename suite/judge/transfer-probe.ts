import { type CounterSeries, SYSTEM_PORT, type TransferQuantity, type TransferRecord } from '../engines/engine.js';
import { NIXL_PORT, NIXL_SERIES, type NixlQuantity } from '../engines/nixl-telemetry.js';

/** Counters of KV transfers, as a program in the pod of a worker reads them at `/metrics` of the engine and of NIXL. */

/** What a worker has counted since it started. A quantity without a series in the answer is absent and not 0. */
export type Counts<Quantity extends string> = Readonly<Partial<Record<Quantity, number>>>;

/** Counts of the engine. */
export type TransferCounts = Counts<TransferQuantity>;

/** Counts of NIXL. */
export type NixlCounts = Counts<NixlQuantity>;

/** A page of a worker with counters. */
export interface CounterPage<Quantity extends string> {
  /** First word of the lines about the page in the output. */
  readonly of: 'engine' | 'nixl';
  /** Port of the pod that shows the page at `/metrics`. */
  readonly port: number;
  readonly series: CounterSeries<Quantity>;
}

/** Returns the page of an engine with its record of KV transfers. */
export function enginePage({ series }: TransferRecord): CounterPage<TransferQuantity> {
  return { of: 'engine', port: SYSTEM_PORT, series };
}

/** The page of NIXL's exporter. */
export const NIXL_PAGE: CounterPage<NixlQuantity> = { of: 'nixl', port: NIXL_PORT, series: NIXL_SERIES };

/** Seconds after which the program gives up. */
const TIME_LIMIT_SECONDS = 5;

/** Longest answer that the program reads. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20;

/** Rest of the first line of the output, which shows that the worker answered. */
const ANSWERED = 'metrics read';

/**
 * Adds up the samples of each series. Prints all or nothing: a sample that is not a count (NaN, or below 0) fails the program.
 * It has no single quote, because the shell gets it in single quotes.
 */
const PROGRAM = String.raw`import math, re, signal, sys, urllib.request
signal.alarm(${TIME_LIMIT_SECONDS})
page, port, *names = sys.argv[1:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with opener.open("http://127.0.0.1:" + port + "/metrics", timeout=${TIME_LIMIT_SECONDS}) as answer:
    text = answer.read(${MAX_ANSWER_BYTES} + 1)
if len(text) > ${MAX_ANSWER_BYTES}:
    sys.exit("the answer is too long")
sample = re.compile(r"([A-Za-z_:][\w:]*)(?:\{(?:[^\"}]|\"(?:[^\"\\]|\\.)*\")*\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?\s*")
sums = {}
for line in text.decode("utf-8", "replace").split("\n"):
    found = sample.fullmatch(line)
    if found and found[1] in names:
        value = float(found[2])
        if not (math.isfinite(value) and value >= 0):
            sys.exit("a value is not a count")
        sums[found[1]] = sums.get(found[1], 0.0) + value
print(page + " ${ANSWERED}", *(page + " series " + name + " " + repr(value) for name, value in sums.items()), sep="\n")
`;

/**
 * Returns the part of a shell script that reads a page of counters with the Python of the engine. Prints nothing when the
 * worker does not answer, and never fails the script.
 */
export function transferProbeScript({ of, port, series }: CounterPage<string>): string {
  const names = Object.values(series).flatMap((one) => (one ? [quoted(one.name)] : []));
  return `python3 -I -S -c ${quoted(PROGRAM)} ${of} ${port} ${names.join(' ')} 2> /dev/null || :\n`;
}

/** Parses the output of the script; undefined when the worker did not answer. Other lines are ignored. */
export function readTransferProbe<Quantity extends string>(
  output: string,
  { of, series }: CounterPage<Quantity>,
): Counts<Quantity> | undefined {
  const lines = output.split('\n');
  if (!lines.includes(`${of} ${ANSWERED}`)) return undefined;
  const values = new Map<string, number>();
  for (const line of lines) {
    const [, page, name = '', value] =
      /^(\w+) series ([\w:]{1,200}) (\d{1,20}(?:\.\d{1,25})?(?:e[+-]\d{1,3})?)$/.exec(line) ?? [];
    if (page === of && value !== undefined) values.set(name, Number(value));
  }
  const counts: Partial<Record<Quantity, number>> = {};
  for (const quantity of Object.keys(series) as Quantity[]) {
    const { name, unit = 1 } = series[quantity] ?? {};
    const value = name === undefined ? undefined : values.get(name);
    if (value !== undefined) counts[quantity] = value * unit;
  }
  return counts;
}

/** Quotes a word for a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

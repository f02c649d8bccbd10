import { SYSTEM_PORT, TRANSFER_QUANTITIES, type TransferQuantity, type TransferRecord } from '../engines/engine.js';

/** The engine's record of its KV transfers, as a program in the pod of a worker reads it at `/metrics`. */

/** What a worker has counted since it started. A quantity without a series in the answer is absent and not 0. */
export type TransferCounts = Readonly<Partial<Record<TransferQuantity, number>>>;

/** Seconds after which the program gives up. */
const TIME_LIMIT_SECONDS = 5;

/** Longest answer that the program reads. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20;

/** First line of the output, which shows that the worker answered. */
const ANSWERED = 'metrics read';

/**
 * Adds up the samples of each series. Prints all or nothing: a sample that is not a count (NaN, or below 0) fails the program.
 * It has no single quote, because the shell gets it in single quotes.
 */
const PROGRAM = String.raw`import math, re, signal, sys, urllib.request
signal.alarm(${TIME_LIMIT_SECONDS})
port, *names = sys.argv[1:]
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
print("${ANSWERED}", *("series " + name + " " + repr(value) for name, value in sums.items()), sep="\n")
`;

/**
 * Returns the part of a shell script that reads the record of a worker with the Python of its engine. Prints nothing when the
 * worker does not answer, and never fails the script.
 *
 * @param port port of the worker that shows `/metrics`; default: that of every worker of Dynamo
 */
export function transferProbeScript({ series }: TransferRecord, port = SYSTEM_PORT): string {
  const names = Object.values(series).map(({ name }) => quoted(name));
  return `python3 -I -S -c ${quoted(PROGRAM)} ${port} ${names.join(' ')} 2> /dev/null || :\n`;
}

/** Parses the output of the script; undefined when the worker did not answer. Other lines are ignored. */
export function readTransferProbe(output: string, { series }: TransferRecord): TransferCounts | undefined {
  const lines = output.split('\n');
  if (!lines.includes(ANSWERED)) return undefined;
  const values = new Map<string, number>();
  for (const line of lines) {
    const [, name = '', value] = /^series ([\w:]{1,200}) (\d{1,20}(?:\.\d{1,25})?(?:e[+-]\d{1,3})?)$/.exec(line) ?? [];
    if (value !== undefined) values.set(name, Number(value));
  }
  return Object.fromEntries(
    TRANSFER_QUANTITIES.flatMap((quantity) => {
      const { name, unit = 1 } = series[quantity] ?? {};
      const value = name === undefined ? undefined : values.get(name);
      return value === undefined ? [] : [[quantity, value * unit]];
    }),
  );
}

/** Quotes a word for a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

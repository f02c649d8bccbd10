import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { History, Range } from '../suite/forecast.js';
import type { SuiteRecord } from '../suite/record.js';

/** The newest runs say enough; older ones were measured on another day's cluster. */
const NEWEST_RUNS = 20;

/** How long recorded cells took, by the name of their test, from the newest `record.json` files below a folder. */
export async function readHistory(root: string): Promise<History> {
  const names = await readdir(root).catch(() => []);
  const files = await Promise.all(
    names.map(async (name) => {
      const file = join(root, name, 'record.json');
      return stat(file).then(
        ({ mtimeMs }) => [{ file, mtimeMs }],
        () => [],
      );
    }),
  );
  const newest = files
    .flat()
    .sort((a, b) => b.mtimeMs - a.mtimeMs)
    .slice(0, NEWEST_RUNS);
  const history = new Map<string, Range>();
  for (const { file } of newest) {
    for (const { test, seconds } of cellTimes(await readFile(file, 'utf8'))) {
      const known = history.get(test) ?? { low: seconds, high: seconds };
      history.set(test, { low: Math.min(known.low, seconds), high: Math.max(known.high, seconds) });
    }
  }
  return history;
}

/** The full schema would check every row of every run; here two times of each attempt are enough. */
function cellTimes(text: string): { test: string; seconds: number }[] {
  let record: Partial<SuiteRecord>;
  try {
    record = JSON.parse(text) as Partial<SuiteRecord>;
  } catch {
    return [];
  }
  return (record.tests ?? []).flatMap(({ name, cells }) =>
    cells.flatMap(({ attempts, failure }) => {
      const seconds =
        attempts.reduce((sum, { startedAt, endedAt }) => sum + Date.parse(endedAt) - Date.parse(startedAt), 0) / 1000;
      return failure || !(seconds > 0) ? [] : [{ test: name, seconds }];
    }),
  );
}

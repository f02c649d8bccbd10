import type { ResultStore } from '../results/store.js';
import { resultsCsv } from './formats/csv.js';
import { resultsJson } from './formats/json.js';
import { junitXml } from './formats/junit.js';
import { openMetrics } from './formats/open-metrics.js';
import { reportHtml } from './html/html.js';
import { markdown } from './markdown/markdown.js';
import type { Report } from './model/report.js';

/** Renderers of a report by file name, in pieces. Rendering the same report again produces the same bytes. */
export const FORMATS = {
  'report.md': (report: Report) => [markdown(report)],
  'report.html': (report: Report) => [reportHtml(report)],
  'results.csv': resultsCsv,
  'results.json': resultsJson,
  'junit.xml': (report: Report) => [junitXml(report)],
  'metrics.txt': (report: Report) => [openMetrics([report])],
} as const satisfies Record<string, (report: Report) => Iterable<string>>;

export type ReportFile = keyof typeof FORMATS;

/** Renders all files of a report as whole texts. */
export function reportFiles(report: Report): Record<ReportFile, string> {
  return Object.fromEntries(
    Object.entries(FORMATS).map(([name, make]) => [name, [...make(report)].join('')]),
  ) as Record<ReportFile, string>;
}

/**
 * Writes `record.json`, the missing logs and all files of a report into a folder of the store, and returns the folder.
 * Renders one file at a time, to hold only one in memory.
 *
 * @param name name of the folder. Default: the workflow id, whose folder belongs to its newest run
 */
export async function writeReportFiles(
  store: ResultStore,
  report: Report,
  name: string = report.record.workflowId,
): Promise<string> {
  await store.writeRun(report.record, {}, name);
  for (const [file, make] of Object.entries(FORMATS)) await store.writeFile(name, file, make(report));
  return store.folder(name);
}

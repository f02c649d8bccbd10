import { resultsCsv } from './csv.js';
import { reportHtml } from './html.js';
import { resultsJson } from './json.js';
import { junitXml } from './junit.js';
import { markdown } from './markdown.js';
import { openMetrics } from './open-metrics.js';
import type { Report } from './report.js';

/** The forms of a report by the name of their file. The same report gives the same bytes. */
export const FORMATS = {
  'report.md': markdown,
  'report.html': (report: Report) => reportHtml(report),
  'results.csv': resultsCsv,
  'results.json': resultsJson,
  'junit.xml': junitXml,
  'metrics.txt': (report: Report) => openMetrics([report]),
} as const satisfies Record<string, (report: Report) => string>;

export type ReportFile = keyof typeof FORMATS;

/** All files of a report. */
export function reportFiles(report: Report): Record<ReportFile, string> {
  return Object.fromEntries(Object.entries(FORMATS).map(([name, make]) => [name, make(report)])) as Record<
    ReportFile,
    string
  >;
}

import { METRICS, type MetricKind } from '../../worker/metrics/metric-table.js';
import { code, table } from './markdown.js';

/** Writes the table of the worker's own metrics. */
export function metricTable(): string {
  const rows = Object.entries<MetricKind>(METRICS).map(([name, { type, description, labels }]) => [
    code(name),
    type,
    `${description}.`,
    Object.entries(labels)
      .map(([label, values]) => `${code(label)}: ${values}`)
      .join('; ') || '–',
  ]);
  return table(['Metric', 'Type', 'Meaning', 'Labels'], rows);
}

import type { Report } from './report.js';

const COLUMNS = [
  'suite',
  'workflow_id',
  'run_id',
  'run_started_at',
  'test',
  'tool',
  'variant',
  'repetition',
  'warm_up',
  'verdict',
  'failure',
  'figure',
  'block_size_bytes',
  'batch_size',
  'bandwidth_bytes_per_second',
  'latency_seconds',
  'ceiling_bytes_per_second',
  'recorded_at',
  'cell_key',
  'evidence',
  'as_printed',
] as const;

type Line = Readonly<Partial<Record<(typeof COLUMNS)[number], string | number | undefined>>>;

/**
 * Every figure of a run as CSV (RFC 4180), SI units: one line for the figure of each cell (`figure` = `cell`) and one for
 * each row of its table (`row`); a cell or test without figures has one line with its verdict.
 */
export function resultsCsv({ record }: Report): string {
  const lines = record.tests.flatMap((test): Line[] => {
    const common = {
      suite: record.suite,
      workflow_id: record.workflowId,
      run_id: record.runId,
      run_started_at: record.startedAt,
      test: test.name,
      tool: test.tool,
    };
    if (test.cells.length === 0) return [{ ...common, verdict: test.verdict, failure: test.failure?.class }];
    return test.cells.flatMap((cell): Line[] => {
      const { measurement, rows, ceiling, attempts } = cell;
      const ofCell = {
        ...common,
        variant: cell.variant,
        repetition: cell.repetition,
        warm_up: cell.warmUp ? 1 : 0,
        verdict: cell.verdict,
        failure: cell.failure?.class,
        ceiling_bytes_per_second: ceiling?.bytesPerSecond,
        recorded_at: cell.recordedAt,
        cell_key: cell.key,
        evidence: attempts
          .at(-1)
          ?.ranks.map(({ log }) => log.path)
          .join(' '),
      };
      return [
        {
          ...ofCell,
          figure: 'cell',
          bandwidth_bytes_per_second: measurement?.metric === 'bandwidth' ? measurement.value : undefined,
          latency_seconds: measurement?.metric === 'latency' ? measurement.value : undefined,
          as_printed: measurement?.original,
        },
        ...rows.map((row) => ({
          ...ofCell,
          figure: 'row',
          block_size_bytes: row.blockSize,
          batch_size: row.batchSize,
          bandwidth_bytes_per_second: row.bytesPerSecond,
          latency_seconds: row.latency,
          as_printed: row.original,
        })),
      ];
    });
  });
  const text = [COLUMNS.join(','), ...lines.map((line) => COLUMNS.map((column) => field(line[column])).join(','))];
  return `${text.join('\r\n')}\r\n`;
}

function field(value: string | number | undefined): string {
  if (value === undefined) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

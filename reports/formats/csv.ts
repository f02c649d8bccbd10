import { originText } from '../../results/records/origin.js';
import { isSimulatedEngine } from '../../suite/engines/registry.js';
import { ceilingOfShares } from '../../suite/hardware/fabric.js';
import { engineTransfer } from '../../suite/kv/engine-transfer.js';
import { type NetworkShare, networkShares } from '../../suite/kv/kv-comparison.js';
import type { DynamoRecord, InferenceCell } from '../../suite/record/inference-record.js';
import type { SuiteRecord, TestRecord } from '../../suite/record/record.js';
import { isSameNode } from '../../suite/schema/placement.js';
import type { LoadPoint } from '../../suite/spec/inference-tests.js';
import { withoutControls } from '../../suite/text/visible.js';
import type { Report } from '../model/report.js';

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
  'topology',
  'simulated_engine',
  'concurrency',
  'requests_succeeded',
  'requests_failed',
  'ttft_p50_seconds',
  'ttft_p90_seconds',
  'ttft_p99_seconds',
  'itl_p50_seconds',
  'itl_p99_seconds',
  'output_tokens_per_second',
  'output_tokens_per_second_and_user',
  'gpus',
  'predicted_transfer_seconds',
  'predicted_transfer_at_ceiling_seconds',
  'transfer_seconds',
  'transfer_status',
  'residual_seconds',
  'device_factor',
  'prep_seconds',
  'prep_p99_seconds',
  'post_seconds',
  'post_p99_seconds',
  'tx_seconds',
  'tx_p99_seconds',
  'placement',
  'kv_predicted_bytes',
  'kv_engine_bytes',
  'kv_engine_transfers',
  'kv_nixl_bytes',
  'kv_nic_received_bytes',
  'kv_nic_sent_bytes',
  'engine_transfer_seconds',
  'engine_post_seconds',
  'origin',
] as const;

type Line = Readonly<Partial<Record<(typeof COLUMNS)[number], string | number | undefined>>>;

/**
 * Renders all figures of a run as CSV (RFC 4180) in SI units. Column `figure` has the kind of a line: `cell` for the figure
 * of a transport cell, `row` for a row of its table, `load` for a load point of an inference test. A test without cells has
 * one line with its verdict. Column `origin` is empty for a run that the store recorded.
 */
export function* resultsCsv({ record, origin }: Report): Generator<string> {
  const ofImport: Line = origin ? { origin: originText(origin) } : {};
  yield `${COLUMNS.join(',')}\r\n`;
  for (const test of record.tests)
    for (const line of transportLines(record, test)) yield lineText({ ...line, ...ofImport });
  for (const line of loadLines(record)) yield lineText({ ...line, ...ofImport });
}

function lineText(line: Line): string {
  return `${COLUMNS.map((column) => field(line[column])).join(',')}\r\n`;
}

function* transportLines(record: SuiteRecord, test: TestRecord): Generator<Line> {
  const common = { ...ofRun(record), test: test.name, tool: test.tool };
  if (test.cells.length === 0) yield { ...common, verdict: test.verdict, failure: test.failure?.class };
  for (const cell of test.cells) {
    const { measurement, rows, attempts } = cell;
    const ofCell = {
      ...common,
      variant: cell.variant,
      repetition: cell.repetition,
      warm_up: cell.warmUp ? 1 : 0,
      verdict: cell.verdict,
      failure: cell.failure?.class,
      ceiling_bytes_per_second: ceilingOfShares(cell)?.bytesPerSecond,
      placement: isSameNode(cell.parameters) ? 'same-node' : 'two-nodes',
      recorded_at: cell.recordedAt,
      cell_key: cell.key,
      evidence: attempts
        .at(-1)
        ?.ranks.map(({ log }) => log.path)
        .join(' '),
    };
    yield {
      ...ofCell,
      figure: 'cell',
      bandwidth_bytes_per_second: measurement?.metric === 'bandwidth' ? measurement.value : undefined,
      latency_seconds: measurement?.metric === 'latency' ? measurement.value : undefined,
      as_printed: measurement?.original,
    };
    for (const row of rows) {
      yield {
        ...ofCell,
        figure: 'row',
        block_size_bytes: row.blockSize,
        batch_size: row.batchSize,
        bandwidth_bytes_per_second: row.bytesPerSecond,
        latency_seconds: row.latency,
        as_printed: row.original,
        device_factor: row.deviceFactor,
        prep_seconds: row.times?.prep.average,
        prep_p99_seconds: row.times?.prep.p99,
        post_seconds: row.times?.post.average,
        post_p99_seconds: row.times?.post.p99,
        tx_seconds: row.times?.tx.average,
        tx_p99_seconds: row.times?.tx.p99,
      };
    }
  }
}

function loadLines(record: SuiteRecord): Line[] {
  const shares = networkShares(record);
  const { dynamo } = record;
  if (!dynamo) return [];
  return dynamo.tests.flatMap((test): Line[] => {
    const common = { ...ofRun(record), test: test.name, tool: 'inference', topology: test.topology };
    if (test.cells.length === 0) return [{ ...common, verdict: test.verdict, failure: test.failure?.class }];
    return test.cells.map((cell) => ({
      ...common,
      simulated_engine: isSimulatedEngine(dynamo.engine) ? 1 : 0,
      ...loadFigures(cell),
      ...kvFigures(cell, dynamo),
      ...networkFigures(shares.find((share) => share.test === test.name && isAt(share, cell))),
    }));
  });
}

function loadFigures(cell: InferenceCell): Line {
  const { load } = cell;
  return {
    repetition: cell.repetition,
    verdict: cell.verdict,
    failure: cell.failure?.class,
    figure: 'load',
    recorded_at: cell.recordedAt,
    cell_key: cell.key,
    evidence: cell.evidence.map(({ path }) => path).join(' '),
    concurrency: cell.concurrency,
    requests_succeeded: load?.requests.succeeded,
    requests_failed: load?.requests.failed,
    ttft_p50_seconds: load?.timeToFirstToken?.p50,
    ttft_p90_seconds: load?.timeToFirstToken?.p90,
    ttft_p99_seconds: load?.timeToFirstToken?.p99,
    itl_p50_seconds: load?.interTokenLatency?.p50,
    itl_p99_seconds: load?.interTokenLatency?.p99,
    output_tokens_per_second: load?.outputTokensPerSecond,
    output_tokens_per_second_and_user: load?.outputTokensPerSecondAndUser,
    gpus: cell.gpus,
  };
}

function kvFigures(cell: InferenceCell, dynamo: DynamoRecord): Line {
  const { predictedBytes, engine, nixlBytes, nicReceived, nicSent } = cell.kvTransfer ?? {};
  const transfer = engineTransfer(cell, dynamo);
  return {
    kv_predicted_bytes: predictedBytes,
    kv_engine_bytes: engine?.bytes,
    kv_engine_transfers: engine?.transfers,
    kv_nixl_bytes: nixlBytes,
    kv_nic_received_bytes: nicReceived,
    kv_nic_sent_bytes: nicSent,
    engine_transfer_seconds: transfer?.seconds,
    engine_post_seconds: transfer?.postSeconds,
  };
}

function networkFigures(share: NetworkShare | undefined): Line {
  return {
    predicted_transfer_seconds: share?.prediction.atMeasuredRate,
    predicted_transfer_at_ceiling_seconds: share?.prediction.atCeiling,
    transfer_seconds: share?.transfer,
    transfer_status: share?.status,
    residual_seconds: share?.residual,
  };
}

function ofRun({ suite, workflowId, runId, startedAt }: SuiteRecord): Line {
  return { suite, workflow_id: workflowId, run_id: runId, run_started_at: startedAt };
}

function isAt(share: LoadPoint, cell: LoadPoint): boolean {
  return share.concurrency === cell.concurrency && share.repetition === cell.repetition;
}

/** First characters of a text that a spreadsheet takes for a formula, also behind blanks. */
const FORMULA = /^\s*[=+\-@\t\r]/;

/** Renders a field. A text that a spreadsheet would compute gets an apostrophe in front; numbers stay as they are. */
function field(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = withoutControls(FORMULA.test(value) ? `'${value}` : value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

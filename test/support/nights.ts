import type { ResultStore } from '../../results/store.js';
import type { SuiteRecord, TransportCell } from '../../suite/record/record.js';
import { type ExampleLoadOptions, exampleDynamo } from './example-load.js';
import { normal } from './random.js';
import { measuredCell, suiteRecord } from './records.js';
import { saveRun } from './stored.js';

/** Options of a made-up series of nightly runs. */
export interface NightOptions {
  readonly night: number;
  readonly bandwidth?: number;
  readonly repetitions?: number;
  readonly test?: string;
  readonly change?: (cell: TransportCell) => TransportCell;
  /** Phase 3 of that night. */
  readonly load?: ExampleLoadOptions;
}

/** The run of one night; its noise of 0.5 % depends on the night only. */
export function nightlyRun({
  night,
  bandwidth = 46e9,
  repetitions = 3,
  test = 'nixl-libfabric',
  change = (cell) => cell,
  load,
}: NightOptions): SuiteRecord {
  const workflowId = `nightly-${String(night).padStart(3, '0')}`;
  const draw = normal(night + 1);
  const startedAt = new Date(Date.UTC(2026, 0, 1 + night, 2, 30)).toISOString();
  const level = bandwidth * Math.exp(0.005 * draw());
  const cells = Array.from({ length: repetitions }, (_, i) =>
    change(
      measuredCell({
        workflowId,
        test,
        repetition: i + 1,
        bandwidth: level * Math.exp(0.005 * draw()),
        at: startedAt.replace(':30:', `:${40 + i}:`),
      }),
    ),
  );
  const run = { workflowId, runId: `run-${workflowId}` };
  return suiteRecord(workflowId, cells, {
    startedAt,
    endedAt: startedAt.replace(':30:', ':55:'),
    ...(load ? { dynamo: exampleDynamo({ seed: night + 1, from: startedAt, run, ...load }) } : {}),
  });
}

/** Records nightly runs. */
export async function recordNights(store: ResultStore, nights: readonly NightOptions[]): Promise<SuiteRecord[]> {
  const records = nights.map(nightlyRun);
  for (const record of records) await saveRun(store, record);
  return records;
}

import { movedBytes } from '../../suite/judge/nic-movement.js';
import { engineTransfer } from '../../suite/kv/engine-transfer.js';
import { type NetworkShare, networkShares } from '../../suite/kv/kv-comparison.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import type { LoadPoint } from '../../suite/spec/inference-tests.js';
import { formatPercent } from '../../suite/units/percent.js';
import { formatBytes, formatDuration, formatRate, formatSignedDuration } from '../../suite/units/units.js';
import { orDash } from '../markup/text.js';
import { byPoint } from './by-point.js';

/** KV transfers of a load point by the engine, by NIXL, by the NICs, and as predicted. Bytes are those of all requests. */
export interface KvTransferRow extends LoadPoint {
  readonly test: string;
  readonly predictedBytes?: number | undefined;
  readonly engineBytes?: number | undefined;
  readonly nixlBytes?: number | undefined;
  readonly nicBytes?: number | undefined;
  /** Mean seconds of the transfer of a prompt by the engine; undefined when its record is not valid. */
  readonly seconds?: number | undefined;
  /** Share of `seconds` in which the engine posted. */
  readonly postShare?: number | undefined;
  /** Bytes per second of a transfer by the engine. */
  readonly rate?: number | undefined;
  /** Seconds of a transfer at the measured rate. */
  readonly predictedSeconds?: number | undefined;
  /** Seconds of TTFT minus the TTFT of the control. */
  readonly difference?: number | undefined;
}

/** Returns the KV transfers of each load point with a real engine; empty for records of earlier versions. */
export function kvTransferRows(record: Pick<SuiteRecord, 'tests' | 'dynamo'>): KvTransferRow[] {
  const shares = networkShares(record);
  const { dynamo } = record;
  if (!dynamo) return [];
  const rows = dynamo.tests.flatMap(({ name, cells }) =>
    cells.flatMap((cell): KvTransferRow[] => {
      const { concurrency, repetition, kvTransfer } = cell;
      if (!kvTransfer) return [];
      const { predictedBytes, engine, nixlBytes, nicReceived, nicSent } = kvTransfer;
      const mean = engineTransfer(cell, dynamo);
      const share = shares.find(
        (one) => one.test === name && one.concurrency === concurrency && one.repetition === repetition,
      );
      return [
        {
          test: name,
          concurrency,
          repetition,
          predictedBytes,
          engineBytes: engine?.bytes,
          nixlBytes,
          nicBytes: movedBytes({ received: nicReceived, sent: nicSent }),
          seconds: mean?.seconds,
          postShare: mean?.postSeconds === undefined ? undefined : mean.postSeconds / mean.seconds,
          rate: mean && mean.bytes / mean.seconds,
          ...timesOf(share),
        },
      ];
    }),
  );
  return byPoint(rows);
}

function timesOf(share: NetworkShare | undefined): Pick<KvTransferRow, 'predictedSeconds' | 'difference'> {
  return {
    predictedSeconds: share?.prediction.atMeasuredRate,
    difference: share?.status === 'measured' ? share.transfer : undefined,
  };
}

/** Headings of the figures of a row. */
export const KV_TRANSFER_COLUMNS = [
  'predicted bytes',
  'bytes by the engine',
  'bytes by NIXL',
  'bytes by the NICs',
  'transfer by the engine',
  'posting',
  'rate by the engine',
  'predicted transfer',
  'TTFT minus control',
] as const;

/** Formats the figures of a row, one for each heading. */
export function kvTransferTexts(row: KvTransferRow): readonly string[] {
  return [
    orDash(row.predictedBytes, formatBytes),
    orDash(row.engineBytes, formatBytes),
    orDash(row.nixlBytes, formatBytes),
    orDash(row.nicBytes, formatBytes),
    orDash(row.seconds, formatDuration),
    orDash(row.postShare, formatPercent),
    orDash(row.rate, formatRate),
    orDash(row.predictedSeconds, formatDuration),
    orDash(row.difference, formatSignedDuration),
  ];
}

/** Explains the figures of the rows. @param engine the engine's name in a sentence */
export function kvTransferNote(engine: string): string {
  return `Bytes: of all requests of a load, those of the warm-up and AIPerf’s short probe included; by NIXL only with dynamo.transfer.nixlTelemetry. Transfer, posting and rate: of the transfer of one prompt on average, as ${engine} measured it; absent when the load point is not valid, when its record contradicts NIXL, the NICs or their ceiling, and when it could not be read. Predicted transfer: alone on the link, at the rate of the transport test; at a higher concurrency transfers share the link, and each takes longer. TTFT minus control also contains the rest of disaggregation.`;
}

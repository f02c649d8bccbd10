import { isSimulated, validLoad } from '../../suite/comparability/inference.js';
import { validValue } from '../../suite/comparability/transport.js';
import { isAboveCeiling } from '../../suite/hardware/fabric.js';
import type { InferenceCell } from '../../suite/record/inference-record.js';
import type { TransportCell } from '../../suite/record/record.js';
import { type CellRecord, isInferenceCell } from './any-cell.js';
import type { Conditions } from './conditions.js';
import { type LoadMetric, type Series, seriesName } from './series.js';

/** A figure of one cell: bytes per second, seconds, or tokens per second. */
export interface Figure extends Series {
  readonly value: number;
}

/**
 * Returns the figures of a cell that are comparable with those of other runs. Excludes figures above the hardware ceiling.
 * Empty when the figure of the cell is not comparable.
 */
export function figuresOf(cell: CellRecord): Figure[] {
  return isInferenceCell(cell) ? loadFigures(cell) : transportFigures(cell);
}

function transportFigures(cell: TransportCell): Figure[] {
  const { test, measurement, ceiling, rows } = cell;
  if (validValue(cell) === undefined) return [];
  const figures = new Map<string, Figure>();
  const add = (figure: Figure) => figures.set(seriesName(figure), figure);
  if (measurement) add({ test, metric: measurement.metric, conditions: {}, value: measurement.value });
  for (const row of rows) {
    if (ceiling && isAboveCeiling(row, ceiling)) continue;
    const { blockSize, batchSize, bytesPerSecond, latency } = row;
    const conditions = rowConditions(blockSize, batchSize);
    add({ test, metric: 'bandwidth', conditions, value: bytesPerSecond });
    if (latency !== undefined) add({ test, metric: 'latency', conditions, value: latency });
  }
  return [...figures.values()];
}

function loadFigures(cell: InferenceCell): Figure[] {
  return validLoad(cell) ? inferenceFigures(cell) : [];
}

/** Returns the conditions of one row of a table. */
export function rowConditions(blockSize: number, batchSize: number): Conditions {
  return { block: blockSize, batch: batchSize };
}

/** Returns all figures of a load cell with a history, comparable or not. */
export function inferenceFigures(cell: InferenceCell): Figure[] {
  const { test, concurrency, load } = cell;
  const values: readonly (readonly [LoadMetric, number | undefined])[] = [
    ['ttft', load?.timeToFirstToken?.p50],
    ['ttft-p99', load?.timeToFirstToken?.p99],
    ['itl', load?.interTokenLatency?.p50],
    ['throughput', load?.outputTokensPerSecond],
  ];
  return values.flatMap(([metric, value]): Figure[] => {
    if (value === undefined) return [];
    return [{ test, metric: isSimulated(cell) ? `simulated-${metric}` : metric, conditions: { concurrency }, value }];
  });
}

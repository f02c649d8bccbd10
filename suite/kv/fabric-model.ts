import { median } from 'simple-statistics';
import { comparisonKey, validValue } from '../comparability/transport.js';
import { ceilingOfShares, isAboveCeiling } from '../hardware/fabric.js';
import type { TestRecord, TransportCell } from '../record/record.js';
import { isSameNode } from '../schema/placement.js';
import { toolNamed } from '../tools/registry.js';
import { fitKvModel, type KvModel, type KvPoint } from './kv-model.js';

/** The model of KV transfers for the fabric itself: from transport tests over block and batch, without an engine. */

/** Time of one transfer of a batch of blocks, as the median over the repetitions. */
export interface BatchTime {
  readonly blockSize: number;
  readonly batchSize: number;
  readonly seconds: number;
  /** Seconds of posting the transfer, a part of `seconds`; absent when the tool does not print them. */
  readonly postSeconds?: number;
}

/** Transport tests that differ only in block and batch, and their model. */
export interface FabricModel {
  /** Names of the tests, in the order of the suite. */
  readonly tests: readonly string[];
  /** In ascending order of block and batch. */
  readonly times: readonly BatchTime[];
  readonly model: KvModel;
  /** Bytes per second that the NICs of the tests can carry; absent when unknown. */
  readonly ceiling?: number;
}

/** Fields in which the tests of a model may differ: sizes, and what follows from them. */
const SIZES: ReadonlySet<string> = new Set([
  'conditions',
  ...['startBlockSize', 'maxBlockSize', 'startBatchSize', 'maxBatchSize', 'totalBufferSize'].map(
    (option) => `parameters.${option}`,
  ),
]);

/** Minimum number of different pairs of block and batch for which a report says anything about a model. */
const FEWEST_PAIRS = 3;

/** Maximum number of models, so that a suite with many tests has a report of limited size in limited time. */
export const MOST_FABRIC_MODELS = 40;

/**
 * Fits a model to each group of tests that differ only in block and batch, from the valid cells between two nodes: descriptors
 * = batch, bytes = block × batch. Excludes rows above the ceiling, which are implausible, and groups with fewer than three
 * different rows. Fits the first `MOST_FABRIC_MODELS` groups and counts the others.
 */
export function fabricModels(tests: readonly TestRecord[]): { models: FabricModel[]; omitted: number } {
  const cells = tests
    .flatMap((test) => test.cells)
    .filter((cell) => !isSameNode(cell.parameters) && validValue(cell) !== undefined);
  const groups = [...Map.groupBy(cells, (cell) => comparisonKey(cell, SIZES)).values()]
    .map((group) => ({ group, times: timesOf(group) }))
    .filter(({ times }) => times.length >= FEWEST_PAIRS);
  return {
    omitted: Math.max(0, groups.length - MOST_FABRIC_MODELS),
    models: groups.slice(0, MOST_FABRIC_MODELS).map(({ group, times }): FabricModel => {
      const ceiling = group.map(ceilingOfShares).find((found) => found !== undefined);
      return {
        tests: [...new Set(group.map(({ test }) => test))],
        times,
        model: fitKvModel(times.map(pointOf)),
        ...(ceiling ? { ceiling: ceiling.bytesPerSecond } : {}),
      };
    }),
  };
}

function timesOf(cells: readonly TransportCell[]): BatchTime[] {
  const measured = cells.flatMap(({ parameters = {}, rows, ceiling }) => {
    const tool = toolNamed(String(parameters.tool));
    return rows.flatMap((row): BatchTime[] => {
      const seconds = tool?.transferSeconds?.(parameters, row);
      if (seconds === undefined || (ceiling && isAboveCeiling(row, ceiling))) return [];
      const { blockSize, batchSize, times } = row;
      const post = times?.post.average ?? 0;
      return [{ blockSize, batchSize, seconds, ...(post > 0 ? { postSeconds: post } : {}) }];
    });
  });
  const groups = Map.groupBy(measured, ({ blockSize, batchSize }) => `${blockSize} ${batchSize}`);
  return [...groups.values()]
    .flatMap((same): BatchTime[] => {
      const [first] = same;
      if (!first) return [];
      const posts = same.flatMap(({ postSeconds }) => postSeconds ?? []);
      return [
        {
          blockSize: first.blockSize,
          batchSize: first.batchSize,
          seconds: median(same.map(({ seconds }) => seconds)),
          ...(posts.length === same.length ? { postSeconds: median(posts) } : {}),
        },
      ];
    })
    .sort((a, b) => a.blockSize - b.blockSize || a.batchSize - b.batchSize);
}

function pointOf({ blockSize, batchSize, seconds, postSeconds }: BatchTime): KvPoint {
  return { descriptors: batchSize, bytes: blockSize * batchSize, seconds, postSeconds };
}

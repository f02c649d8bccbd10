import type { BatchTime, FabricModel } from '../../suite/kv/fabric-model.js';
import type { FittedKvModel, KvResidual } from '../../suite/kv/kv-model.js';
import { formatCount } from '../../suite/units/count.js';
import { formatPercent, formatSignedPercent } from '../../suite/units/percent.js';
import { formatBytes, formatDuration } from '../../suite/units/units.js';
import { orDash, UNKNOWN } from '../markup/text.js';
import { KV_FORMULA, kvCostTexts } from './kv-cost-texts.js';

/** Texts of the models of the fabric, for every format. */

export const FABRIC_MODEL_TITLE = `Model of the fabric: ${KV_FORMULA}`;

export const FABRIC_MODEL_NOTE =
  'T is the time of one transfer of a batch of blocks, one descriptor each. In brackets: 95 % intervals. A residual is the share of a time that the model does not explain; the residual deviation is the standard deviation of all. “Left out” is the largest error of a row that is predicted from the others.';

export const FABRIC_MODEL_COLUMNS = [
  'tests',
  'start',
  'post',
  'rate',
  'residual deviation',
  'largest residual',
  'left out',
] as const;

/** Maximum number of tests that a model names. */
const MOST_NAMED = 3;

/** Returns the cells of a fitted model's line in the table, in the order of the columns. */
export function fabricModelLine(fabric: FabricModel, model: FittedKvModel): string[] {
  return [
    testsText(fabric),
    ...kvCostTexts(model, { source: 'tool', descriptors: (count) => `batch ${count}`, ceiling: fabric.ceiling }),
    formatPercent(model.residualDeviation),
    residualText(model.largestResidual),
    orDash(model.leftOutError, formatPercent),
  ];
}

/** Names the tests of a model: `lf-v1, lf-v2, lf-v3 and 5 more`. */
export function testsText({ tests }: Pick<FabricModel, 'tests'>): string {
  const more = tests.length - MOST_NAMED;
  return `${tests.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Says how many groups of tests a report omits; undefined when it omits none. */
export function omittedModelsText(omitted: number): string | undefined {
  if (omitted === 0) return undefined;
  return `${formatCount(omitted, 'more group')} of tests without a model here. The rows are in results.csv.`;
}

/** Times of a model as a table of block × batch. */
export interface BatchTimeTable {
  readonly batchSizes: readonly number[];
  readonly lines: readonly { readonly block: string; readonly times: readonly string[] }[];
}

/** Returns the times of a model by block and batch; undefined when only one of both varies, as in the table of the rows. */
export function batchTimeTable({ times }: FabricModel): BatchTimeTable | undefined {
  const batchSizes = [...new Set(times.map(({ batchSize }) => batchSize))].sort((a, b) => a - b);
  const blockSizes = [...new Set(times.map(({ blockSize }) => blockSize))];
  if (batchSizes.length < 2 || blockSizes.length < 2) return undefined;
  return {
    batchSizes,
    lines: blockSizes.map((blockSize) => ({
      block: formatBytes(blockSize),
      times: batchSizes.map((batchSize) =>
        batchTimeText(times.find((time) => time.blockSize === blockSize && time.batchSize === batchSize)),
      ),
    })),
  };
}

function batchTimeText(time: BatchTime | undefined): string {
  if (!time) return UNKNOWN;
  const post = time.postSeconds === undefined ? '' : ` (post ${formatDuration(time.postSeconds)})`;
  return `${formatDuration(time.seconds)}${post}`;
}

function residualText({ share, descriptors, bytes }: KvResidual): string {
  return `${formatSignedPercent(share)} at ${formatBytes(bytes / descriptors)} × ${descriptors}`;
}

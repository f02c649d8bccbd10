import type { CellRecord } from '../../results/records/any-cell.js';
import { isInferenceCell } from '../../results/records/any-cell.js';
import { findCell, type StoredCell } from '../../results/records/cells.js';
import { dropCellFromRun, takeOverCell } from '../../results/records/run-cells.js';
import { sameImages } from '../../suite/record/same-images.js';
import type { Run } from '../../suite/run/run.js';
import type { LoadPoint } from '../../suite/spec/inference-tests.js';
import type { ActivityContext } from '../context/context.js';
import type { CellDefinition, InferenceCellDefinition } from './cell-definition.js';
import { cellKey, inferenceCellKey } from './cell-key.js';
import { type CellSummary, summaryOf } from './cell-summary.js';

/** Result of looking up a cell in the store: the cell to reuse, and the number of attempts so far. */
export interface RecordedCell {
  readonly cell?: CellSummary;
  readonly attempts: number;
}

interface Wanted<Cell> {
  readonly run: Run;
  readonly cell: Cell;
  /** Workflow id of an earlier suite run, from which matching cells are taken over with their evidence. */
  readonly resumeFrom?: string | undefined;
}

export function findCellActivities(context: ActivityContext) {
  return {
    /**
     * Finds a measured transport cell, which is never run again. A cell without a figure is run again; the numbers of
     * its attempts continue.
     */
    async findCell(input: Wanted<CellDefinition>): Promise<RecordedCell> {
      const { found, own } = await find(input, cellKey(input.cell), () => true);
      const attempts = attemptsOf(found ?? own);
      return found ? { cell: summaryOf(found.cell, true), attempts } : { attempts };
    },

    /**
     * Finds a measured inference cell, which is never run again.
     *
     * @param input.imageIds digests of the running images, as far as they are known. A cell of other images, from
     *   before a tag was moved, does not count
     */
    async findLoadCell(
      input: Wanted<InferenceCellDefinition> & { imageIds: readonly string[] },
    ): Promise<CellSummary | undefined> {
      return findLoadCell(input);
    },

    /** Finds several measured inference cells of one test. Returns null for a point without one. */
    async findLoadCells(
      input: Wanted<Omit<InferenceCellDefinition, 'point'>> & {
        points: readonly LoadPoint[];
        imageIds: readonly string[];
      },
    ): Promise<(CellSummary | null)[]> {
      const { cell, points, ...rest } = input;
      const found: (CellSummary | null)[] = [];
      for (const point of points) found.push((await findLoadCell({ ...rest, cell: { ...cell, point } })) ?? null);
      return found;
    },
  };

  async function findLoadCell(
    input: Wanted<InferenceCellDefinition> & { imageIds: readonly string[] },
  ): Promise<CellSummary | undefined> {
    const { found } = await find(input, inferenceCellKey(input.cell), (cell) =>
      sameImages(imagesOf(cell), input.imageIds),
    );
    return found && summaryOf(found.cell, true);
  }

  /**
   * Finds the cell to reuse and links it to the run. Also returns the recorded cell of this workflow id, which may be
   * unusable.
   */
  async function find(
    { run, resumeFrom }: Wanted<unknown>,
    key: string,
    fits: (cell: CellRecord) => boolean,
  ): Promise<{ found?: StoredCell; own?: StoredCell | undefined }> {
    const { store } = context;
    const own = await store.use((kysely) => findCell(kysely, run.workflowId, key));
    const earlier =
      resumeFrom === undefined ? undefined : await store.use((kysely) => findCell(kysely, resumeFrom, key));
    const found = [own, earlier].find((stored) => stored && !stored.cell.failure && fits(stored.cell));
    if (found) await store.write((transaction) => takeOverCell(transaction, run, found));
    else if (own && !fits(own.cell)) await store.write((transaction) => dropCellFromRun(transaction, run, key));
    return { ...(found ? { found } : {}), own };
  }
}

function attemptsOf(stored: StoredCell | undefined): number {
  return stored && !isInferenceCell(stored.cell) ? stored.cell.attempts.length : 0;
}

/** Returns the digests of the images of a cell. */
function imagesOf(cell: CellRecord): string[] {
  return isInferenceCell(cell) ? cell.pods.map(({ imageId }) => imageId) : [];
}

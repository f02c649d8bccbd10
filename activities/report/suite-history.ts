import { readCellTimes } from '../../results/records/cell-times.js';
import type { CellHistory, SuiteHistory } from '../../suite/plan/test-forecast.js';
import type { Run } from '../../suite/run/run.js';
import type { ActivityContext } from '../context/context.js';

/** A `SuiteHistory` as JSON: its map as a list of entries. */
export interface SuiteHistoryEntries extends Omit<SuiteHistory, 'cells'> {
  readonly cells: readonly (readonly [test: string, history: CellHistory])[];
}

export function suiteHistoryActivities({ store }: Pick<ActivityContext, 'store'>) {
  return {
    /** Reads how long set-up and the cells of earlier runs of a suite took on these instance types. */
    async readSuiteHistory(input: {
      run: Run;
      suite: string;
      instanceTypes: readonly string[];
    }): Promise<SuiteHistoryEntries> {
      const { suite, instanceTypes } = input;
      const { cells, setUp } = await store.use((kysely) => readCellTimes(kysely, { suite, instanceTypes }));
      return { cells: [...cells], setUp };
    },
  };
}

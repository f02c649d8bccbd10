import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ActivityContext } from '../../activities/context/context.js';
import { ResultStore } from '../../results/store.js';
import type { ScheduleControl } from '../../suite/run/schedule-pause.js';

/** A namespace without schedules. */
export const NO_SCHEDULES: ScheduleControl = { pause: async () => ({ paused: false, because: 'deleted' }) };

/** A SQLite store of its own for each test of a block, and what activities need to work on it without Temporal. */
export function temporaryStore(): { readonly store: ResultStore; readonly context: ActivityContext } {
  let store: ResultStore;
  beforeEach(async () => {
    store = new ResultStore(join(await mkdtemp(join(tmpdir(), 'store-')), 'results'));
  });
  afterEach(async () => {
    await store.close();
    await rm(join(store.root, '..'), { recursive: true });
  });
  return {
    get store() {
      return store;
    },
    get context() {
      const runs = {
        namespaceId: async () => 'none',
        isOpen: async () => true,
        status: async () => ({ state: 'open' }) as const,
      };
      return new ActivityContext({ store, runs, schedules: NO_SCHEDULES });
    },
  };
}

import type { Context } from '@temporalio/activity';
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptorsFactory,
  Next,
} from '@temporalio/worker';
import { shortStoreId } from '../../results/database/store-id.js';
import type { Run } from '../../suite/run/run.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/** Result store of a worker, read once when the worker starts: some activities must work while the store does not answer. */
export interface WorkerStore {
  readonly id: string;
  /** Location of the database, without a password. */
  readonly place: string;
}

/** Activities that release the cluster. They use no store, and must not wait for a worker with the right one. */
const WITHOUT_STORE: ReadonlySet<string> = new Set(['closeRun', 'releaseNodes', 'removeRanks', 'removeLoad']);

/**
 * Refuses the activities of a run that is bound to another store. Otherwise, two workers of one task queue with different
 * stores would each record a part of the run.
 */
class StoreBindingInterceptor implements ActivityInboundCallsInterceptor {
  readonly #activity: string;
  readonly #store: WorkerStore;
  readonly #taskQueue: string;

  constructor(activity: string, store: WorkerStore, taskQueue: string) {
    this.#activity = activity;
    this.#store = store;
    this.#taskQueue = taskQueue;
  }

  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const [argument] = input.args as [{ readonly run?: Run }?];
    const run = argument?.run;
    if (WITHOUT_STORE.has(this.#activity)) return next(input);
    if (run?.store !== undefined && run.store !== this.#store.id) throw this.#mismatch(run.workflowId, run.store);
    return next(input);
  }

  #mismatch(workflowId: string, bound: string): SuiteFailure {
    const { id, place } = this.#store;
    return new SuiteFailure(
      'StoreMismatch',
      `run ${workflowId} is recorded in store ${shortStoreId(bound)}, but a worker of task queue "${this.#taskQueue}" has store ${shortStoreId(id)}, ${place}`,
      {
        hint: `Start all workers of task queue "${this.#taskQueue}" with the same RESULTS_DIR or RESULTS_URL, and stop the worker with store ${shortStoreId(id)}`,
      },
    );
  }
}

export function storeBinding(store: WorkerStore, taskQueue: string): ActivityInterceptorsFactory {
  return ({ info }: Context) => ({ inbound: new StoreBindingInterceptor(info.activityType, store, taskQueue) });
}

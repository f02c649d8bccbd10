import type { Pod } from '../../kubernetes/client/objects.js';
import type { ResultStore } from '../../results/store.js';
import { isEmptyLog, type LogText, logTextOf } from '../../suite/record/log-text.js';
import type { Run } from '../../suite/run/run.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/**
 * Logs of ranks whose pods somebody deletes while they run. Such a log exists only until the grace period of the deletion has
 * passed.
 */
export class DeletedRankLogs {
  readonly #read: (pod: string) => Promise<LogText>;
  readonly #logs = new Map<string, LogText>();
  readonly #reading = new Set<string>();

  constructor(read: (pod: string) => Promise<LogText>) {
    this.#read = read;
  }

  /** Reads the logs of those pods that are being deleted. Does not wait: a failed read leaves the log as it was. */
  note(pods: readonly (Pod | undefined)[]): void {
    for (const pod of pods) {
      if (!pod?.metadata.deletionTimestamp || this.#reading.has(pod.metadata.name)) continue;
      const { name } = pod.metadata;
      this.#reading.add(name);
      this.#read(name)
        .then((log) => !isEmptyLog(log) && this.#logs.set(name, log))
        .catch(() => undefined)
        .finally(() => this.#reading.delete(name));
    }
  }

  /** Stores the logs below the folder of the attempt. */
  async save(store: ResultStore, run: Run, folder: string): Promise<void> {
    for (const [pod, log] of this.#logs) await store.saveLog(run.workflowId, pathOf(folder, pod), log);
  }
}

/** Reads the log that `DeletedRankLogs` has stored; undefined without one. */
export async function deletedRankLog(
  store: ResultStore,
  run: Run,
  folder: string,
  pod: string,
): Promise<LogText | undefined> {
  try {
    return logTextOf(await store.readLog(run.workflowId, pathOf(folder, pod)));
  } catch (error) {
    if (error instanceof SuiteFailure && error.class === 'NotFound') return undefined;
    throw error;
  }
}

function pathOf(folder: string, pod: string): string {
  return `${folder}/${pod}.deleted.log`;
}

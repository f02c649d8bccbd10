import { Worker } from 'node:worker_threads';
import type { PackedText } from '../../results/records/evidence.js';
import { type FailureRecord, SuiteFailure } from '../../suite/verdict/failure.js';
import type { LogWork } from './log-work.js';

const PROGRAM = new URL('./log-thread-main.js', import.meta.url);

/** Limits of the thread that parses logs. */
export interface LogThreadLimits {
  /** Memory for objects, in MB. The longest logs of two ranks need half of it. */
  readonly megabytes: number;
  /** Time of one request, in seconds; less than the time-out of the activity. */
  readonly seconds: number;
  /** Time without a request after which the thread ends and frees its memory, in seconds. */
  readonly idleSeconds: number;
}

const LIMITS: LogThreadLimits = { megabytes: 192, seconds: 60, idleSeconds: 10 };

export interface LogRequest {
  readonly work: keyof LogWork;
  readonly input: unknown;
  readonly logs: readonly PackedText[];
}

export type LogAnswer = { readonly result: unknown } | { readonly failure: FailureRecord };

type InputOf<Name extends keyof LogWork> = Parameters<LogWork[Name]>[0];
type ResultOf<Name extends keyof LogWork> = ReturnType<LogWork[Name]>;

/**
 * Parses logs in a thread with limits of memory and time, so that the worker's heartbeats and memory do not depend on what
 * a pod prints. Works on one request at a time. Starts the thread at the first request, and after its death again.
 */
export class LogThread {
  readonly #limits: LogThreadLimits;
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(limits: LogThreadLimits = LIMITS) {
    this.#limits = limits;
  }

  /**
   * Runs a step of `LOG_WORK` on stored logs.
   *
   * @param logs reads the logs, when it is the turn of this request
   * @throws {SuiteFailure} `LogUnreadable` when the step needs more memory or time than it may have, `StoreCorrupt`
   */
  run<Name extends keyof LogWork>(
    work: Name,
    input: InputOf<Name>,
    logs: () => Promise<readonly PackedText[]>,
  ): Promise<ResultOf<Name>> {
    const turn = this.#last.then(
      async () => this.#answer({ work, input, logs: await logs() }) as Promise<ResultOf<Name>>,
    );
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Ends the thread. The next request starts another one. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  async #answer(request: LogRequest): Promise<unknown> {
    clearTimeout(this.#idle);
    const answer = await this.#exchange(this.#worker ?? this.#start(), request);
    this.#idle = setTimeout(() => this.close(), this.#limits.idleSeconds * 1000).unref();
    if ('result' in answer) return answer.result;
    const { class: failureClass, message, hint } = answer.failure;
    throw new SuiteFailure(failureClass, message, { hint });
  }

  #start(): Worker {
    const { megabytes } = this.#limits;
    const worker = new Worker(PROGRAM, {
      resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 8 },
      execArgv: [],
    });
    // No request waits for a thread that dies between two of them; the next one starts another thread.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    this.#worker = worker;
    return worker;
  }

  async #exchange(worker: Worker, request: LogRequest): Promise<LogAnswer> {
    worker.ref();
    const { promise, resolve, reject } = Promise.withResolvers<LogAnswer>();
    const failed = (why: string) => reject(unreadable(request, why));
    const onError = (error: Error) => failed(error.message);
    const onExit = () => failed('the thread ended');
    const timer = setTimeout(
      () => failed(`it took longer than ${this.#limits.seconds} s`),
      this.#limits.seconds * 1000,
    );
    worker.once('message', resolve).once('error', onError).once('exit', onExit);
    worker.postMessage(request);
    try {
      return await promise;
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      clearTimeout(timer);
      worker.off('message', resolve).off('error', onError).off('exit', onExit);
      worker.unref();
    }
  }
}

const SUBJECTS: Readonly<Record<keyof LogWork, string>> = {
  judge: 'the logs of the ranks',
  rows: 'the logs of the ranks',
  libraries: 'the log of a rank',
  probe: 'the output of a probe pod',
  loadFiles: 'the log of the load pod',
  judgeLoad: 'the log of the load pod',
};

function unreadable({ work }: LogRequest, why: string): SuiteFailure {
  return new SuiteFailure('LogUnreadable', `${SUBJECTS[work]} could not be parsed: ${why}`);
}

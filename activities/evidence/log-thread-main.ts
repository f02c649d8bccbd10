import { parentPort } from 'node:worker_threads';
import { textOf } from '../../results/records/evidence.js';
import { failureRecord, SuiteFailure } from '../../suite/verdict/failure.js';
import type { LogAnswer, LogRequest } from './log-thread.js';
import { LOG_WORK } from './log-work.js';

/** Works on the text of logs in a thread with limited memory, one request after the other. See `LogThread`. */
parentPort?.on('message', async (request: LogRequest) => {
  parentPort?.postMessage(await answerTo(request));
});

async function answerTo({ work, input, logs }: LogRequest): Promise<LogAnswer> {
  try {
    const texts: string[] = [];
    for (const log of logs) texts.push(await textOf(log));
    const step = LOG_WORK[work] as (input: unknown, texts: readonly string[]) => unknown;
    return { result: step(input, texts) };
  } catch (error) {
    if (error instanceof SuiteFailure) return { failure: failureRecord(error.class, error.message, error.hint) };
    const { name, message, stack = message } = error instanceof Error ? error : new Error(String(error));
    // A text or a list became too long, as it will at every try.
    if (name === 'RangeError')
      return { failure: failureRecord('LogUnreadable', `the log could not be parsed: ${message}`) };
    return { failure: failureRecord('Internal', stack) };
  }
}

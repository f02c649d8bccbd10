import { inspect } from 'node:util';
import { DefaultLogger, type LogEntry, type Logger, type LogLevel } from '@temporalio/worker';
import { redactText } from '../../suite/secrets/redact.js';
import { visible } from '../../suite/text/visible.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { jsonLine } from './json-line.js';

/** Output of the worker on standard error: the lines of the SDK, of workflows, of activities, and its own. */
export interface WorkerLog {
  /** Logger for the SDK, which workflows and activities use too. */
  readonly logger: Logger;
  /** Prints a line of the worker itself, whatever the log level. */
  say(message: string): void;
  warn(message: string): void;
  /** Prints the error that ends the worker, with its cause and its remedy. */
  fail(error: unknown): void;
}

/**
 * Creates the output of the worker as LOG_FORMAT and LOG_LEVEL say. Does not check them: `readConfig` reports an invalid
 * value through this output.
 */
export function createLog({ LOG_FORMAT: format, LOG_LEVEL: level = 'INFO' }: NodeJS.ProcessEnv): WorkerLog {
  return format === 'json' ? jsonLog(level as LogLevel) : textLog(level as LogLevel);
}

function textLog(level: LogLevel): WorkerLog {
  const print = (text: string) => process.stderr.write(`${visible(redactText(text))}\n`);
  return {
    logger: new DefaultLogger(level, (entry) => print(textLine(entry))),
    say: (message) => print(`worker: ${message}`),
    warn: (message) => print(`warning: ${message}`),
    fail: (error) => {
      const { message, cause } = toError(error);
      if (error instanceof SuiteFailure) print(`worker: ${message}\n  → ${error.hint}`);
      else print(`worker: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}`);
    },
  };
}

/** Writes a log entry as text, as the SDK does. */
function textLine({ level, timestampNanos, message, meta }: LogEntry): string {
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  return `${time} [${level}] ${message}${meta === undefined ? '' : ` ${inspect(meta)}`}`;
}

function jsonLog(level: LogLevel): WorkerLog {
  const logger = new DefaultLogger(level, (entry) => process.stderr.write(jsonLine(entry)));
  const own = new DefaultLogger('INFO', (entry) => process.stderr.write(jsonLine(entry)));
  const fail = (error: unknown) => {
    const remedy = error instanceof SuiteFailure ? { failureClass: error.class, remedy: error.hint } : {};
    own.error(toError(error).message, { ...remedy, error: toError(error) });
  };
  // What Node.js itself prints would be text.
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => own.warn(message, { warning: name }));
  process.on('uncaughtException', (error) => {
    fail(error);
    process.exit(1);
  });
  return { logger, say: (message) => own.info(message), warn: (message) => own.warn(message), fail };
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

import { DefaultLogger, type Logger, type LogLevel } from '@temporalio/worker';
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
  return {
    logger: new DefaultLogger(level),
    say: (message) => console.error(visible(`worker: ${message}`)),
    warn: (message) => console.error(visible(`warning: ${message}`)),
    fail: (error) => {
      const { message, cause } = toError(error);
      if (error instanceof SuiteFailure) console.error(visible(`worker: ${message}\n  → ${error.hint}`));
      else console.error(visible(`worker: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}`));
    },
  };
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

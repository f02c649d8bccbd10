import { run } from '../../cli/program.js';
import type { Ended } from './command-line.js';
import { environment } from './environment.js';

let running = false;

/**
 * Runs dynamo-bench in this process: the libraries that a command needs load once for all tests, not once for each call.
 * One call at a time, without standard input, and nothing that handles Ctrl-C; `dynamoBench` starts a process for those.
 *
 * @param env the whole environment of the command, beside that of `environment()`
 */
export async function inProcess(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  if (running) throw new Error('dynamo-bench already runs in this process');
  running = true;
  const saved = { env: { ...process.env }, exitCode: process.exitCode, isTTY: process.stdout.isTTY };
  const output = { stdout: '', stderr: '' };
  const write = { stdout: process.stdout.write, stderr: process.stderr.write };
  replaceEnvironment(environment(env));
  for (const name of ['stdout', 'stderr'] as const) process[name].write = collect((text) => (output[name] += text));
  process.exitCode = undefined;
  process.stdout.isTTY = false;
  try {
    await run(args);
    return {
      exitCode: Number(process.exitCode ?? 0),
      stdout: output.stdout.replace(/\n$/, ''),
      stderr: output.stderr.replace(/\n$/, ''),
    };
  } finally {
    for (const name of ['stdout', 'stderr'] as const) process[name].write = write[name];
    replaceEnvironment(saved.env);
    process.exitCode = saved.exitCode;
    process.stdout.isTTY = saved.isTTY;
    running = false;
  }
}

/** A `write` of a stream that only collects. */
function collect(add: (text: string) => void): typeof process.stdout.write {
  return (chunk: string | Uint8Array, ...rest: unknown[]) => {
    add(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  };
}

function replaceEnvironment(wanted: Readonly<NodeJS.ProcessEnv>): void {
  for (const name of Object.keys(process.env)) if (!(name in wanted)) delete process.env[name];
  Object.assign(process.env, wanted);
}

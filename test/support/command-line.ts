import { fileURLToPath } from 'node:url';
import { isolated } from './environment.js';

/** The program itself. */
export const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

/** What a command printed and how it ended. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

interface Options {
  readonly env?: Record<string, string>;
  readonly input?: string;
}

/** Runs dynamo-bench as a process of its own. */
export async function dynamoBench(args: readonly string[], options: Options = {}): Promise<Ended> {
  const { exitCode, stdout, stderr } = await startDynamoBench(args, options);
  return { exitCode, stdout, stderr };
}

/** The process while it runs, for tests that interrupt it. */
export function startDynamoBench(args: readonly string[], { env, input }: Options = {}) {
  return isolated(process.execPath, [MAIN, ...args], {
    ...(env ? { env } : {}),
    reject: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  });
}

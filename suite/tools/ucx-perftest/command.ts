import type { RankPlace, RankRun, Readiness } from '../common/tool.js';
import { ucxProcesses } from './expect.js';
import type { UcxPerftestSpec } from './spec.js';

/**
 * The batch file that both sides read: one line for each message size, named `s<bytes>`.
 *
 * A batch prints one row for each size, so that a missing size is seen; its exit code does not show a size that
 * failed.
 */
export function ucxBatch(test: UcxPerftestSpec): string {
  return test.sizes
    .map(
      (size) =>
        `s${size} -t ${test.test} -m ${test.memory} -s ${size} -n ${test.iterations} -w ${test.warmupIterations}\n`,
    )
    .join('');
}

/**
 * Returns the arguments of one process, or the shared arguments when there is one process for each device: then the entry
 * script adds the port of each. CSV output (`-v`), because the fixed-width table lets large figures touch.
 *
 * @param server address of the server rank; absent for the server itself
 */
export function ucxArguments(test: UcxPerftestSpec, batchFile: string, server?: string): string[] {
  const port = test.devices.length > 0 ? [] : ['-p', String(test.port)];
  return [...(server ? [server] : []), '-b', batchFile, '-f', '-v', ...port];
}

/** Name of a test's batch file. */
export function batchFile(test: string): string {
  return `batch-${test}`;
}

/** Returns the command of one rank. */
export function runUcx(test: UcxPerftestSpec, { folder, server }: RankPlace): RankRun {
  const { devices, port } = test;
  return {
    command: ['ucx_perftest', ...ucxArguments(test, `${folder}/${batchFile(test.name)}`, server)],
    environment:
      devices.length > 0 ? { DYNAMO_BENCH_DEVICES: devices.join(' '), DYNAMO_BENCH_FIRST_PORT: String(port) } : {},
  };
}

/** Returns the control ports. The server says on a buffered stream that it waits: the line comes when it has ended. */
export function ucxReadiness(test: UcxPerftestSpec): Readiness {
  return { kind: 'listening', ports: Array.from({ length: ucxProcesses(test) }, (_, index) => test.port + index) };
}

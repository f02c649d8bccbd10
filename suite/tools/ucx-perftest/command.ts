import type { RankPlace, RankRun, Readiness } from '../common/tool.js';
import { ucxProcesses } from './expect.js';
import type { UcxPerftestSpec } from './spec.js';

/**
 * Returns the batch file that both ranks read: one line for each message size, named `s<bytes>`.
 *
 * A batch prints one row for each size, so a missing size is detected by its row. The exit code does not show a size that
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
 * Returns the arguments of one process, or the shared arguments of one process for each device, to which the entry script
 * adds the port of each. Uses CSV output (`-v`), because large figures in the fixed-width table have no space between them.
 *
 * @param server address of the server rank; absent for the server
 */
export function ucxArguments(test: UcxPerftestSpec, batchFile: string, server?: string): string[] {
  const port = test.devices.length > 0 ? [] : ['-p', String(test.port)];
  return [...(server ? [server] : []), '-b', batchFile, '-f', '-v', ...port];
}

/** Returns the name of a test's batch file. */
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

/**
 * Returns the control ports as the sign of readiness. The server prints its waiting line to a buffered stream, so the
 * line appears only when the server has ended.
 */
export function ucxReadiness(test: UcxPerftestSpec): Readiness {
  return { kind: 'listening', ports: Array.from({ length: ucxProcesses(test) }, (_, index) => test.port + index) };
}

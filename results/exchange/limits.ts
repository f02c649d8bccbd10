import { formatBytes } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

const MIB = 2 ** 20;

/** Limits of an export, so that an import needs bounded memory and time. */
export const LIMITS = {
  /** Bytes of a line with evidence, which is packed and in base64. */
  evidenceLine: 128 * MIB,
  /** Bytes of any other line. */
  line: 32 * MIB,
  lines: 5_000_000,
  /** Cells of a run. A suite has at most 2,000, and several attempts at some of them. */
  cellsOfRun: 20_000,
  /** Unpacked bytes of one text. A program cannot hold a longer text. */
  evidence: 512 * MIB,
  /** Unpacked bytes of all texts: this, and a multiple of the packed bytes so far. Logs of ranks have 5 to 60 times. */
  unpacked: 1024 * MIB,
  unpackedPerPacked: 200,
} as const;

/** Counts what an import has read, and refuses what exceeds the limits. */
export class ImportBudget {
  #lines = 0;
  #packed = 0;
  #unpacked = 0;

  /** Counts a line. @throws {SuiteFailure} `InvalidExport` */
  addLine(): void {
    this.#lines += 1;
    if (this.#lines > LIMITS.lines) throw tooLarge(`it has more than ${LIMITS.lines} lines`);
  }

  /** Counts a text before it is unpacked. @throws {SuiteFailure} `InvalidExport` */
  addEvidence(packed: number, unpacked: number): void {
    this.#packed += packed;
    this.#unpacked += unpacked;
    if (this.#unpacked > LIMITS.unpacked + LIMITS.unpackedPerPacked * this.#packed)
      throw tooLarge(`its evidence unpacks to more than ${formatBytes(this.#unpacked)} so far`);
  }
}

/** Returns the failure of an export that exceeds a limit. */
export function tooLarge(why: string): SuiteFailure {
  return new SuiteFailure('InvalidExport', `the export is too large: ${why}`, {
    hint: 'Import an export of a store with fewer runs; `dynamo-bench prune` deletes old ones',
  });
}

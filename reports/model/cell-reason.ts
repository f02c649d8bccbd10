import type { CellRecord } from '../../results/records/any-cell.js';

/**
 * Explains the verdict of a cell in one line: its failure, otherwise the messages of its reasons.
 *
 * @param ignored codes of reasons to omit
 */
export function reasonText({ failure, reasons }: CellRecord, ignored: ReadonlySet<string> = new Set()): string {
  if (failure) return `${failure.class}: ${failure.message}`;
  return reasons
    .filter(({ code }) => !ignored.has(code))
    .map(({ message }) => message)
    .join('; ');
}

/** Orders cells for display: those that did not pass first, then by load and repetition. */
export function failuresFirst(a: CellRecord, b: CellRecord): number {
  const load = (cell: CellRecord) => ('concurrency' in cell ? cell.concurrency : 0);
  return (
    Number(a.verdict === 'pass') - Number(b.verdict === 'pass') || load(a) - load(b) || a.repetition - b.repetition
  );
}

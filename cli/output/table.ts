/**
 * Formats rows as columns for a terminal. A column of numbers is aligned to the right.
 *
 * @param paint colours the padded text of a cell
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  paint: (cell: string, column: number) => string = (cell) => cell,
): string {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const numeric = header.map((_, column) => rows.every((row) => /^[−+-]?[\d.,]+( \S+)?$|^–?$/.test(row[column] ?? '')));
  const aligned = (line: readonly string[]) =>
    line.map((cell, i) => (numeric[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)));
  return [aligned(header), ...rows.map((row) => aligned(row).map(paint))]
    .map((line) => line.join('  ').trimEnd())
    .join('\n');
}

/** Renders figures of a model as the lines of a table and an empty line. */
export function modelTable(columns: readonly string[], lines: readonly (readonly string[])[]): string[] {
  return [
    `| ${columns.join(' | ')} |`,
    `|${columns.map(() => '---|').join('')}`,
    ...lines.map((cells) => `| ${cells.join(' | ')} |`),
    '',
  ];
}

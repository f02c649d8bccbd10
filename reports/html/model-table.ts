import { html, type Markup } from '../markup/markup.js';
import { scrolling } from './page.js';

/**
 * Renders figures of a model as a table.
 *
 * @param name name of the table for screen readers
 * @param lines cells in the order of the columns; the first one is the heading of its line
 */
export function modelTable(
  name: string,
  [first, ...columns]: readonly string[],
  lines: readonly (readonly string[])[],
): Markup {
  return scrolling(
    name,
    html`<table class="stack"><thead><tr><th scope="col">${first}</th>${columns.map((column) => html`<th scope="col" class="number">${column}</th>`)}</tr></thead><tbody>
${lines.map(
  ([heading, ...cells]) =>
    html`<tr><th scope="row">${heading}</th>${cells.map((cell, i) => html`<td class="number" data-label="${columns[i]}">${cell}</td>`)}</tr>
`,
)}</tbody></table>`,
  );
}

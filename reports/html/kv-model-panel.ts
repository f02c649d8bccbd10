import type { SuiteRecord } from '../../suite/record/record.js';
import { html, type Markup } from '../markup/markup.js';
import {
  KV_LEFT_OUT_NOTE,
  KV_MODEL_NOTE,
  KV_MODEL_TITLE,
  KV_SHARES_NOTE,
  kvModelTexts,
  type ModelTable,
} from '../model/kv-model.js';
import { modelTable } from './model-table.js';

/**
 * Renders the models of the KV transfer, their residuals, predictions of each prompt length and shares of TTFT, or
 * why there is none; undefined without the engine's record.
 *
 * @param most maximum number of lines of a table
 */
export function kvModelPanel(record: SuiteRecord, most: number): Markup | undefined {
  const texts = kvModelTexts(record);
  if (!texts) return undefined;
  const { costs, residuals, leftOut, shares, reasons } = texts;
  const table = ({ name, columns, lines }: ModelTable) => html`${modelTable(name, columns, lines.slice(0, most))}
${lines.length > most && html`<p class="small">${lines.length - most} more lines are in report.md.</p>\n`}`;
  return html`<section class="panel" id="kv-model" aria-labelledby="kv-model-title">
<h3 id="kv-model-title">${KV_MODEL_TITLE}</h3>
${costs && html`<p class="small">${KV_MODEL_NOTE}</p>\n${table(costs)}`}
${reasons.slice(0, most).map((reason) => html`<p class="small">${reason}</p>\n`)}
${residuals && table(residuals)}
${leftOut && html`<p class="small">${KV_LEFT_OUT_NOTE}</p>\n${table(leftOut)}`}
${shares && html`<p class="small">${KV_SHARES_NOTE}</p>\n${table(shares)}`}
</section>`;
}

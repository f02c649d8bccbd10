import { type FabricModel, fabricModels } from '../../suite/kv/fabric-model.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { html, type Markup } from '../markup/markup.js';
import {
  batchTimeTable,
  FABRIC_MODEL_COLUMNS,
  FABRIC_MODEL_NOTE,
  FABRIC_MODEL_TITLE,
  fabricModelLine,
  omittedModelsText,
  testsText,
} from '../model/fabric-model.js';
import { modelTable } from './model-table.js';
import { scrolling } from './page.js';

/** Renders the models of the fabric, why other tests have none, and the times over block and batch; undefined without models. */
export function fabricSection({ tests }: SuiteRecord): Markup | undefined {
  const { models, omitted } = fabricModels(tests);
  const more = omittedModelsText(omitted);
  if (models.length === 0) return undefined;
  const lines = models.flatMap((fabric) =>
    fabric.model.status === 'fitted' ? [fabricModelLine(fabric, fabric.model)] : [],
  );
  return html`<h2 id="fabric-model">${FABRIC_MODEL_TITLE}</h2>
${lines.length > 0 && html`<p>${FABRIC_MODEL_NOTE}</p>\n${modelTable('Model of the fabric', FABRIC_MODEL_COLUMNS, lines)}`}
${models.map((fabric) => fabric.model.status === 'not fitted' && html`<p class="small">No model of ${testsText(fabric)}: ${fabric.model.reason}.</p>\n`)}
${more !== undefined && html`<p class="small">${more}</p>`}
${models.map(timesOfBatches)}`;
}

function timesOfBatches(fabric: FabricModel): Markup | undefined {
  const table = batchTimeTable(fabric);
  if (!table) return undefined;
  const name = `Time of one transfer by block and batch, ${testsText(fabric)}`;
  return html`<details><summary>${name}</summary>${scrolling(
    name,
    html`<table><thead><tr><th scope="col" class="number">block</th>${table.batchSizes.map((size) => html`<th scope="col" class="number">batch ${size}</th>`)}</tr></thead><tbody>
${table.lines.map(({ block, times }) => html`<tr><th scope="row" class="number">${block}</th>${times.map((time) => html`<td class="number">${time}</td>`)}</tr>\n`)}</tbody></table>`,
  )}</details>
`;
}

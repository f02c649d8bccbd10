import { type FabricModel, fabricModels } from '../../suite/kv/fabric-model.js';
import type { SuiteRecord } from '../../suite/record/record.js';
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

/** Renders the models of the fabric, why other tests have none, and the times over block and batch. */
export function fabricSection({ tests }: SuiteRecord): string[] {
  const { models, omitted } = fabricModels(tests);
  const more = omittedModelsText(omitted);
  if (models.length === 0) return [];
  const lines = models.flatMap((fabric) =>
    fabric.model.status === 'fitted' ? [fabricModelLine(fabric, fabric.model)] : [],
  );
  return [
    `## ${FABRIC_MODEL_TITLE}`,
    '',
    ...(lines.length > 0 ? [FABRIC_MODEL_NOTE, '', ...modelTable(FABRIC_MODEL_COLUMNS, lines)] : []),
    ...models.flatMap((fabric) =>
      fabric.model.status === 'fitted' ? [] : [`No model of ${testsText(fabric)}: ${fabric.model.reason}.`, ''],
    ),
    ...(more === undefined ? [] : [more, '']),
    ...models.flatMap(timesOfBatches),
  ];
}

function timesOfBatches(fabric: FabricModel): string[] {
  const table = batchTimeTable(fabric);
  if (!table) return [];
  return [
    `Time of one transfer by block and batch, ${testsText(fabric)}:`,
    '',
    `| block | ${table.batchSizes.map((size) => `batch ${size}`).join(' | ')} |`,
    `|---:|${table.batchSizes.map(() => '---:|').join('')}`,
    ...table.lines.map(({ block, times }) => `| ${block} | ${times.join(' | ')} |`),
    '',
  ];
}

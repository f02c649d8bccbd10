import type { SuiteRecord } from '../../suite/record/record.js';
import { KV_LEFT_OUT_NOTE, KV_MODEL_NOTE, KV_MODEL_TITLE, KV_SHARES_NOTE, kvModelTexts } from '../model/kv-model.js';
import { modelTable } from './model-table.js';

/**
 * Renders the models of the KV transfer, their residuals, predictions of each prompt length and shares of TTFT, or why there is
 * none; empty without the engine's record.
 */
export function kvModelSection(record: SuiteRecord): string[] {
  const texts = kvModelTexts(record);
  if (!texts) return [];
  const { costs, residuals, leftOut, shares, reasons } = texts;
  return [
    `### ${KV_MODEL_TITLE}`,
    '',
    ...(costs ? [KV_MODEL_NOTE, '', ...modelTable(costs.columns, costs.lines)] : []),
    ...reasons.flatMap((reason) => [reason, '']),
    ...(residuals ? [`${residuals.name}:`, '', ...modelTable(residuals.columns, residuals.lines)] : []),
    ...(leftOut ? [KV_LEFT_OUT_NOTE, '', ...modelTable(leftOut.columns, leftOut.lines)] : []),
    ...(shares ? [KV_SHARES_NOTE, '', ...modelTable(shares.columns, shares.lines)] : []),
  ];
}

import { failureTables } from './failure-tables.js';
import { faultTables } from './fault-tables.js';
import type { Block } from './fill-blocks.js';
import { reasonTables } from './reason-tables.js';
import { formerKeyTable, specSections } from './spec-sections.js';

/** Every generated block, by the name that pages use. */
export const BLOCKS: Readonly<Record<string, Block>> = {
  'suite-spec': specSections,
  'former-keys': formerKeyTable,
  'failure-classes': failureTables,
  'reason-codes': reasonTables,
  'fault-matrix': faultTables,
};

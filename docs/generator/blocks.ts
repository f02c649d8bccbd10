import { loadProgram } from '../../cli/program.js';
import { commandLineReference } from '../../cli/reference.js';
import { failureTables } from './failure-tables.js';
import { faultTables } from './fault-tables.js';
import type { Block } from './fill-blocks.js';
import { instanceTables } from './instance-tables.js';
import { messageTables } from './message-tables.js';
import { metricTable } from './metric-table.js';
import { reasonTables } from './reason-tables.js';
import { formerKeyTable, specSections } from './spec-sections.js';

/** Returns the reference of the command line without its title, which is in the page. */
async function commands(): Promise<string> {
  return commandLineReference(await loadProgram()).replace(/^# .*\n/, '');
}

/** Every generated block, by the name that pages use. */
export const BLOCKS: Readonly<Record<string, Block>> = {
  'suite-spec': specSections,
  'former-keys': formerKeyTable,
  'failure-classes': failureTables,
  'tool-messages': messageTables,
  'reason-codes': reasonTables,
  commands,
  'fault-matrix': faultTables,
  metrics: metricTable,
  'instance-types': instanceTables,
};

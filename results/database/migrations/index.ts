import type { Migration } from 'kysely/migration';
import type { Engine } from '../database.js';
import { firstTables } from './first-tables.js';
import { loadSeries, temporalNamespace } from './former-columns.js';
import { inferenceCells } from './inference-cells.js';
import { runOrigin } from './run-origin.js';
import { seriesConditions } from './series-conditions.js';
import { storeId } from './store-id.js';
import { storeVersion } from './store-version.js';

/** Returns the migrations in the order of their names. Never change a released migration. */
export function migrationsOf(engine: Engine): Record<string, Migration> {
  return {
    '0001-first-tables': { up: (kysely) => firstTables(kysely, engine) },
    '0002-load-series': { up: loadSeries },
    '0003-temporal-namespace': { up: temporalNamespace },
    '0004-store-version': { up: storeVersion },
    '0005-series-conditions': { up: (kysely) => seriesConditions(kysely, engine) },
    '0006-inference-cells': { up: inferenceCells },
    '0007-store-id': { up: storeId },
    '0008-run-origin': { up: runOrigin },
  };
}

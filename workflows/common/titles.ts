import type { Cell } from '../../suite/plan/plan.js';
import type { LoadPoint } from '../../suite/spec/inference-tests.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import { toolOf } from '../../suite/tools/registry.js';

/** Titles of the rows in the Web UI. */

/** Names the measured back end: `NIXL LIBFABRIC` or `ucp_put_bw`. */
export function backEndOf(test: TransportTestSpec): string {
  return toolOf(test).title(test);
}

/** Names a cell: `nixl-ucx, repetition 2`. */
export function cellTitle({ test, repetition, warmUp }: Cell): string {
  return `${test.name}, ${warmUp ? 'warm-up' : 'repetition'} ${repetition}`;
}

/** Names a row of a cell: `nixl-ucx (NIXL UCX), repetition 2`. */
export function rowTitle(cell: Cell): string {
  return cellTitle(cell).replace(cell.test.name, `${cell.test.name} (${backEndOf(cell.test)})`);
}

/** Names a load point: `concurrency 16, repetition 1`. */
export function pointTitle({ concurrency, repetition }: LoadPoint): string {
  return `concurrency ${concurrency}, repetition ${repetition}`;
}

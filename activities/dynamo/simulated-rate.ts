import type { DeploymentInput } from '../../cluster/objects/dynamo/deployment-input.js';
import { transportCells } from '../../results/records/cells.js';
import { isSimulatedEngine } from '../../suite/engines/registry.js';
import type { UnknownKv } from '../../suite/kv/kv-layers.js';
import { type KvSize, knownKv, unknownKv } from '../../suite/kv/kv-size.js';
import { measuredCurve, rateOfDescriptor } from '../../suite/kv/transfer-curve.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';

export interface RateInput extends Pick<DeploymentInput, 'run' | 'dynamo' | 'topology'> {
  /**
   * Rate of the KV transfer that a simulated engine imitates: in bytes per second, the measured rate, or none (no
   * pause).
   */
  readonly kvTransferRate: number | 'measured' | 'none';
  /** Name of the transport test whose curve gives the measured rate. Histories of workflows contain this field name. */
  readonly baseline?: string | undefined;
}

/**
 * Determines the rate of the KV transfer that a simulated engine imitates, in bytes per second. Returns undefined when
 * the engine does not pause for the transfer, or when it is real.
 *
 * @throws {SuiteFailure} `NotFound` when the spec selects the measured rate and none was measured
 */
export async function simulatedRate(
  context: ActivityContext,
  input: RateInput,
  size: KvSize | UnknownKv | undefined,
): Promise<number | undefined> {
  const { dynamo, topology, kvTransferRate } = input;
  if (!isSimulatedEngine(dynamo.engine.kind) || topology === 'aggregated' || kvTransferRate === 'none') {
    return undefined;
  }
  return kvTransferRate === 'measured' ? measuredRate(context, input, size) : kvTransferRate;
}

async function measuredRate(
  context: ActivityContext,
  { run, dynamo, baseline: predictFrom }: RateInput,
  size: KvSize | UnknownKv | undefined,
): Promise<number | undefined> {
  const kv = knownKv(size);
  if (!kv) throw notMeasured(`the KV bytes of a token are unknown${size ? `: ${unknownKv(size)}` : ''}`);
  const cells =
    predictFrom === undefined
      ? []
      : await context.store.use((kysely) => transportCells(kysely, run.workflowId, predictFrom));
  const curve = measuredCurve(cells);
  if (!curve) throw notMeasured(`no cell of ${predictFrom ?? 'a nixlbench test'} was measured`);
  return rateOfDescriptor(curve, dynamo.engine.kind, kv, dynamo.transfer.tokensPerBlock);
}

function notMeasured(why: string): SuiteFailure {
  return new SuiteFailure('NotFound', `the simulated engine has no measured rate to imitate: ${why}`, {
    hint: 'Run the transport test in the same suite and set dynamo.model.config, or set dynamo.engine.kvTransferRate',
  });
}

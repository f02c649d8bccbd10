import { formatBytes } from '../../units/units.js';
import type { DoubtFacts } from '../common/tool.js';
import { lacksProgressThread } from './progress-thread.js';
import type { NixlbenchSpec } from './spec.js';

/** Lists conditions of the ranks with which nixlbench does not come to an end, or does not start. */
export function nixlbenchDoubts(test: NixlbenchSpec, facts: DoubtFacts): string[] {
  const found: string[] = [];
  const { environment, hugepages } = facts;
  const wanted = environment.FI_PROVIDER;
  if (lacksProgressThread(test, facts)) {
    const used = wanted === undefined ? 'no EFA devices' : `FI_PROVIDER=${wanted}`;
    found.push(
      `hangs with nixlbench 1.1 or newer: with ${used}, LIBFABRIC needs NIXL's progress thread; set enablePt to true`,
    );
  }
  const inHost = test.initiatorSegType === 'DRAM' || test.targetSegType === 'DRAM';
  if (test.options?.use_hugepages === true && inHost && test.totalBufferSize > hugepages) {
    found.push(
      `cannot allocate its buffer: use_hugepages needs ${formatBytes(test.totalBufferSize)} of 2 MiB huge pages, but a rank has ${formatBytes(hugepages)}; increase resources.hugepages2Mi or decrease totalBufferSize`,
    );
  }
  const { mode, scheme, numInitiatorDev, numTargetDev } = test;
  if (mode === 'MG' && scheme === 'manytoone' && numTargetDev !== 1) {
    found.push(`may fail: scheme manytoone pairs with one device of the target, but numTargetDev is ${numTargetDev}`);
  }
  if (mode === 'MG' && scheme === 'onetomany' && numInitiatorDev !== 1) {
    found.push(`may fail: scheme onetomany has one device of the initiator, but numInitiatorDev is ${numInitiatorDev}`);
  }
  return found;
}

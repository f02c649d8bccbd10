import { kubernetesQuantity } from '../units/units.js';
import type { SurveyedNode } from './cluster-survey.js';

const GI = 2 ** 30;

/** Resources of a rank of the benchmark plan, for p5.48xlarge. */
const PLAN = { cpu: 8, memory: 128 * GI, hugepages2Mi: 5 * GI, sharedMemory: 16 * GI } as const;

/** Share of the free memory and processors that a rank takes at most, so that system pods can still start. */
const LARGEST_SHARE = 0.8;

/** Processors and memory of a rank. */
export interface RankShare {
  readonly resources: Readonly<Record<'cpu' | 'memory' | 'hugepages2Mi' | 'sharedMemory', string | number>>;
  readonly comment: string;
}

/** Proposes the processors and the memory of a rank: those of the plan, or less where the nodes have less free. */
export function rankShare(nodes: readonly SurveyedNode[]): RankShare {
  const free = (resource: string) => Math.max(0, Math.min(...nodes.map(({ facts }) => facts.free[resource] ?? 0)));
  const cpu = Math.min(PLAN.cpu, free('cpu') * LARGEST_SHARE);
  const memory = Math.min(PLAN.memory, free('memory') * LARGEST_SHARE);
  const limited = cpu < PLAN.cpu || memory < PLAN.memory;
  return {
    resources: {
      cpu: cpu >= 1 ? Math.floor(cpu) : Math.max(0.1, Math.floor(cpu * 10) / 10),
      memory: wholeMebibytes(memory),
      hugepages2Mi: wholeMebibytes(Math.min(PLAN.hugepages2Mi, free('hugepages-2Mi'))),
      sharedMemory: wholeMebibytes(Math.min(PLAN.sharedMemory, memory / 4)),
    },
    comment: limited
      ? `At most ${LARGEST_SHARE * 100} % of what is free on the nodes now.`
      : 'The values of the benchmark plan; every node has them free.',
  };
}

function wholeMebibytes(amount: number): string {
  return kubernetesQuantity(Math.floor(amount / 2 ** 20) * 2 ** 20);
}

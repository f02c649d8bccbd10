import type { Candidate } from '../../suite/cluster/candidate.js';
import { parseSpec } from '../../suite/spec/spec.js';

export const GI = 2 ** 30;
/** A suite of one test, with the given fields of the spec. */
export const spec = (fields: object = {}) =>
  parseSpec({ name: 's', tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }], ...fields });

/** A node of a P5 that a rank fits on, with changes. */
export function node(
  name: string,
  changes: Partial<Candidate> & { free?: Record<string, number>; type?: string } = {},
): Candidate {
  const allocatable = {
    'nvidia.com/gpu': 8,
    'vpc.amazonaws.com/efa': 32,
    cpu: 192,
    memory: 2000 * GI,
    'hugepages-2Mi': 10 * GI,
  };
  const { free, type = 'p5.48xlarge', ...rest } = changes;
  return {
    facts: {
      name,
      instanceType: type,
      zone: 'z',
      kubeletVersion: 'v',
      osImage: 'o',
      kernelVersion: 'k',
      allocatable,
      free: { ...allocatable, ...free },
    },
    labels: { 'node.kubernetes.io/instance-type': type },
    schedulable: true,
    ready: true,
    taints: [],
    ...rest,
  };
}

/** Problems as the command line shows them, one text each. */
export const texts = (problems: readonly { subject: string; message: string; hint: string }[]) =>
  problems.map(({ subject, message, hint }) => `${subject}: ${message} → ${hint}`);

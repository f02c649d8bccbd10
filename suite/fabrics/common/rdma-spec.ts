import { z } from 'zod';
import { labelValue } from '../../schema/grammar.js';
import { rate, strict } from '../../schema/schema.js';

/**
 * Returns the schema of a fabric whose devices bypass the kernel.
 *
 * @param devices its devices in a sentence: `EFA devices`
 * @param device one of them: `EFA device`
 */
export function rdmaSpec<Kind extends string>(kind: Kind, devices: string, device: string) {
  return strict({
    kind: z.literal(kind),
    instanceType: labelValue('an instance type')
      .optional()
      .meta({ description: 'instance type of the nodes; default: their label node.kubernetes.io/instance-type' }),
    nics: z
      .int()
      .min(1)
      .optional()
      .meta({ description: `${devices} of a node; default: from the catalogue of instance types` }),
    nicRate: rate()
      .optional()
      .meta({ description: `line rate of one ${device}; default: from the catalogue` }),
    gpus: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'GPUs of a node, 0 for nodes without GPUs; default: from the catalogue' }),
  });
}

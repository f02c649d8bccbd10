import { z } from 'zod';
import { labelValue } from '../../schema/grammar.js';
import { rate, strict } from '../../schema/schema.js';

export const efaSpec = strict({
  kind: z.literal('efa'),
  instanceType: labelValue('an instance type')
    .optional()
    .meta({ description: 'instance type of the nodes; default: their label node.kubernetes.io/instance-type' }),
  nics: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'EFA devices of a node; default: from the catalogue of instance types' }),
  nicRate: rate().optional().meta({ description: 'line rate of one EFA device; default: from the catalogue' }),
  gpus: z
    .int()
    .min(0)
    .optional()
    .meta({ description: 'GPUs of a node, 0 for nodes without GPUs; default: from the catalogue' }),
});

export type EfaSpec = z.output<typeof efaSpec>;

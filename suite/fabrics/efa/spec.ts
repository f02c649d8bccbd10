import { z } from 'zod';
import { rate, strict } from '../../schema/schema.js';

export const efaSpec = strict({
  kind: z.literal('efa'),
  instanceType: z
    .string()
    .optional()
    .meta({ description: "default: the nodes' label node.kubernetes.io/instance-type" }),
  nics: z.int().min(1).optional().meta({ description: 'EFA devices of a node; default: the catalogue’s' }),
  nicRate: rate().optional().meta({ description: 'line rate of one of them; default: the catalogue’s' }),
  gpus: z.int().min(1).optional().meta({ description: 'GPUs of a node; default: the catalogue’s' }),
});

export type EfaSpec = z.output<typeof efaSpec>;

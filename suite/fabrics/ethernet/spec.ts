import { z } from 'zod';
import { rate, strict } from '../../schema/schema.js';

export const ethernetSpec = strict({
  kind: z.literal('ethernet'),
  rate: rate(),
  interface: z.string().default('eth0'),
});

export type EthernetSpec = z.output<typeof ethernetSpec>;

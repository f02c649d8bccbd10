import { z } from 'zod';
import { devices } from '../../schema/grammar.js';
import { rate, strict } from '../../schema/schema.js';

export const ethernetSpec = strict({
  kind: z.literal('ethernet'),
  rate: rate().meta({ description: 'line rate of one interface' }),
  interface: z
    .union([devices('an interface'), z.array(devices('an interface')).min(1).max(64)])
    .default('eth0')
    .meta({
      description: 'interface in the pods whose counters prove the path; a list for a network of several interfaces',
    }),
});

export type EthernetSpec = z.output<typeof ethernetSpec>;

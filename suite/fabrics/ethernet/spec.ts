import { z } from 'zod';
import { devices } from '../../schema/grammar.js';
import { rate, strict } from '../../schema/schema.js';

export const ethernetSpec = strict({
  kind: z.literal('ethernet'),
  rate: rate().meta({ description: 'line rate of the network of one node' }),
  interface: devices('an interface')
    .default('eth0')
    .meta({ description: 'interface in the pods whose counters prove the path' }),
});

export type EthernetSpec = z.output<typeof ethernetSpec>;

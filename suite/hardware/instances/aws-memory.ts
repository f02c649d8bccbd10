import { oneEfa, sharedCards } from './aws.js';
import { type InstanceGroup, typesOf } from './instance.js';

/** AWS's instance types with much memory (`x`, `u`), without GPUs. */
export const AWS_MEMORY: readonly InstanceGroup[] = [
  oneEfa(typesOf('x2iezn', '12xlarge metal'), 100, 'none'),
  oneEfa(typesOf('x2idn x2iedn', '32xlarge metal'), 100, 'read-write'),
  oneEfa(typesOf('x8aedz', '24xlarge metal-24xl'), 75, 'read-write'),
  oneEfa(['x8i.64xlarge'], 80, 'read-write'),
  oneEfa(['u7i-6tb.112xlarge', 'u7i-8tb.112xlarge', 'u7i-12tb.224xlarge'], 100, 'read-write'),
  sharedCards(
    ['u7in-16tb.224xlarge', 'u7in-24tb.224xlarge', 'u7in-32tb.224xlarge', 'u7inh-32tb.480xlarge'],
    2,
    200,
    'read-write',
  ),
];

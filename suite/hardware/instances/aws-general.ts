import { oneEfa } from './aws.js';
import { type InstanceGroup, typesOf } from './instance.js';

/** AWS's instance types for general purposes, compute and memory with one network card and the usual network. No GPUs. */
export const AWS_GENERAL: readonly InstanceGroup[] = [
  oneEfa(typesOf('m5n m5dn r5n r5dn', '24xlarge metal'), 100, 'none'),
  oneEfa(typesOf('m5zn', '12xlarge metal'), 100, 'none'),
  oneEfa(typesOf('m6a c6a r6a', '48xlarge metal'), 50, 'read-write'),
  oneEfa(typesOf('m6i m6id c6i c6id r6i r6id', '32xlarge metal'), 50, 'read-write'),
  oneEfa(typesOf('m7a c7a r7a m7i c7i r7i', '48xlarge metal-48xl'), 50, 'read-write'),
  oneEfa(typesOf('m7g m7gd c7g c7gd r7g r7gd', '16xlarge metal'), 30, 'read-write'),
  oneEfa(typesOf('r7iz', '32xlarge metal-32xl'), 50, 'read-write'),
  oneEfa(typesOf('m8a c8a r8a', '48xlarge metal-48xl'), 75, 'read-write'),
  oneEfa(typesOf('m8g m8gd c8g c8gd r8g r8gd x8g', '24xlarge metal-24xl'), 40, 'read-write'),
  oneEfa(typesOf('m8g m8gd c8g c8gd r8g r8gd x8g', '48xlarge metal-48xl'), 50, 'read-write'),
  oneEfa(typesOf('m8i m8id c8i c8id r8i r8id x8i', '48xlarge metal-48xl'), 75, 'read-write'),
  oneEfa(typesOf('m8i m8id c8i c8id r8i r8id x8i', '96xlarge metal-96xl'), 100, 'read-write'),
  oneEfa(typesOf('m9g m9gd c9g c9gd', '48xlarge metal-48xl'), 100, 'read-write'),
];

import { equalCards, oneEfa, sharedCards } from './aws.js';
import { type InstanceGroup, typesOf } from './instance.js';

/** AWS's instance types for high-performance computing. They have no GPUs. */
export const AWS_HPC: readonly InstanceGroup[] = [
  oneEfa(['hpc6a.48xlarge'], 100, 'read-write'),
  sharedCards(['hpc6id.32xlarge'], 2, 200, 'read-write', 170),
  equalCards(typesOf('hpc7a', '12xlarge 24xlarge 48xlarge 96xlarge'), 2, 300, 'read-write'),
  oneEfa(typesOf('hpc7g', '4xlarge 8xlarge 16xlarge'), 200, 'read'),
  equalCards(['hpc8a.96xlarge'], 2, 300, 'read-write'),
];

import { equalCards, oneEfa, sharedCards } from './aws.js';
import { type InstanceGroup, typesOf } from './instance.js';

/** AWS's instance types with a faster network (`n`, `b` and `azn` in their names), without GPUs. */
export const AWS_NETWORK: readonly InstanceGroup[] = [
  oneEfa(['c5n.9xlarge'], 50, 'none'),
  oneEfa(typesOf('c5n', '18xlarge metal'), 100, 'none'),
  oneEfa(['c6gn.16xlarge'], 100, 'read-write'),
  sharedCards(typesOf('m6in m6idn c6in r6in r6idn', '32xlarge metal'), 2, 200, 'read-write', 170),
  oneEfa(typesOf('c7gn', '16xlarge metal'), 200, 'read'),
  oneEfa(typesOf('m8azn', '24xlarge metal-24xl'), 200, 'read-write'),
  oneEfa(typesOf('m8gb c8gb r8gb', '16xlarge'), 133.33, 'read-write'),
  oneEfa(typesOf('m8gb c8gb r8gb', '24xlarge metal-24xl'), 200, 'read-write'),
  equalCards(typesOf('m8gb c8gb r8gb', '48xlarge metal-48xl'), 2, 400, 'read-write'),
  oneEfa(typesOf('m8gn c8gn r8gn', '16xlarge'), 200, 'read-write'),
  oneEfa(typesOf('m8gn c8gn r8gn', '24xlarge metal-24xl'), 300, 'read-write'),
  equalCards(typesOf('m8gn c8gn r8gn', '48xlarge metal-48xl'), 2, 600, 'read-write'),
  oneEfa(typesOf('m8ib m8idb c8ib r8ib r8idb', '48xlarge metal-48xl'), 200, 'read-write'),
  equalCards(typesOf('m8ib m8idb c8ib r8ib r8idb', '96xlarge metal-96xl'), 2, 400, 'read-write'),
  oneEfa(typesOf('m8in m8idn c8in r8in r8idn', '48xlarge metal-48xl'), 300, 'read-write'),
  equalCards(typesOf('m8in m8idn c8in r8in r8idn', '96xlarge metal-96xl'), 2, 600, 'read-write'),
];

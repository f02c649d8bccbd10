import { oneEfa, sharedCards } from './aws.js';
import { type InstanceGroup, typesOf } from './instance.js';

/** AWS's instance types with much local storage, without GPUs. */
export const AWS_STORAGE: readonly InstanceGroup[] = [
  oneEfa(['i3en.12xlarge'], 50, 'none'),
  oneEfa(typesOf('i3en', '24xlarge metal'), 100, 'none'),
  oneEfa(['i4g.16xlarge'], 37.5, 'read-write'),
  oneEfa(typesOf('i4i', '32xlarge metal'), 75, 'read-write'),
  oneEfa(['im4gn.16xlarge'], 100, 'read-write'),
  oneEfa(['i7i.24xlarge'], 56.25, 'read-write'),
  oneEfa(typesOf('i7i', '48xlarge metal-48xl'), 100, 'read-write'),
  sharedCards(typesOf('i7ie', '48xlarge metal-48xl'), 2, 100, 'read-write'),
  oneEfa(['i8g.48xlarge'], 100, 'read-write'),
  oneEfa(['i8g.metal-48xl'], 90, 'read-write'),
  sharedCards(typesOf('i8ge', '48xlarge metal-48xl'), 2, 180, 'read-write'),
];

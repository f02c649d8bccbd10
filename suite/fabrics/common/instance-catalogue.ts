import { fabricOfInstanceType, knownInstanceTypes } from '../efa/catalogue.js';
import type { Catalogue } from './rdma-ceiling.js';

/** Returns the part of the catalogue of instance types that has one kind of fabric. */
export function catalogueOf(kind: string): Catalogue {
  const find = (instanceType: string) => {
    const fabric = fabricOfInstanceType(instanceType);
    return fabric?.kind === kind ? fabric : undefined;
  };
  return { find, names: () => knownInstanceTypes().filter((instanceType) => find(instanceType) !== undefined) };
}

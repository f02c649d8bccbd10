import { closedContainers } from './apply-patch.js';
import { isObject, type PodPatch } from './patch.js';
import { privilegesOf, privilegesOfMetadata } from './privileges.js';

/** An image, a Secret or a privilege that an object of the cluster names. */
export interface NamedThing {
  readonly kind: 'image' | 'secret' | 'privilege';
  /** Path of the field in the object: `spec.containers[0].image`. */
  readonly path: string;
  readonly value: string;
}

/** Matches the fields of volumes whose `name` is that of a Secret: `secretRef`, `nodePublishSecretRef`, `secretKeyRef`. */
const SECRET_REFERENCE = /^secretRef$|SecretRef$|^secretKeyRef$/;

/** Lists the images, Secrets and privileges that an object names, wherever they are in it. */
export function namedThings(object: unknown): NamedThing[] {
  const things: NamedThing[] = [];
  const add = (kind: NamedThing['kind'], path: string, value: unknown) => {
    if (typeof value === 'string') things.push({ kind, path, value });
  };
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) visit(item, `${path}[${at}]`);
      return;
    }
    if (!isObject(value)) return;
    if (Array.isArray(value.containers)) {
      for (const { name, path: field } of privilegesOf(value)) add('privilege', `${path}.${field}`, name);
    }
    for (const { name, path: field } of privilegesOfMetadata(value.metadata)) {
      add('privilege', `${path === '' ? '' : `${path}.`}metadata.${field}`, name);
    }
    for (const [key, item] of Object.entries(value)) {
      const place = path === '' ? key : `${path}.${key}`;
      const name = isObject(item) ? item.name : undefined;
      if (key === 'image') add('image', place, isObject(item) ? item.reference : item);
      if (key === 'secretName' || key === 'envFromSecret') add('secret', place, item);
      // A projected volume names its Secret so, and a volume of type secret by secretName.
      if (SECRET_REFERENCE.test(key) || key === 'secret') add('secret', place, name);
      if (key === 'imagePullSecrets' && Array.isArray(item)) {
        for (const [at, secret] of item.entries())
          add('secret', `${place}[${at}]`, isObject(secret) ? secret.name : undefined);
      }
      visit(item, place);
    }
  };
  visit(object, '');
  return things;
}

/** Lists what a patch of a pod names, with the privileges that its containers get. */
export function namedByPatch({ metadata = {}, spec = {} }: PodPatch): NamedThing[] {
  return namedThings({ metadata, spec: { containers: [], ...closedContainers(spec, spec) } });
}

import type { RequestKind, SpecRequest } from '../../suite/spec/requests.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/** Patterns of what a spec may name, by kind. A kind without a list allows everything. */
export type AllowLists = { readonly [Kind in RequestKind]?: readonly string[] | undefined };

/** Variable of the worker that has the list of a kind. */
const VARIABLES: Readonly<Record<RequestKind, string>> = {
  image: 'ALLOWED_IMAGES',
  context: 'ALLOWED_CONTEXTS',
  namespace: 'ALLOWED_NAMESPACES',
  secret: 'ALLOWED_SECRETS',
};

/** Reads the allow-lists from the settings of a worker. */
export function allowListsOf(
  settings: Readonly<Partial<Record<`ALLOWED_${string}`, readonly string[] | undefined>>>,
): AllowLists {
  return Object.fromEntries(
    Object.entries(VARIABLES).map(([kind, name]) => [kind, settings[name as `ALLOWED_${string}`]]),
  );
}

/**
 * Refuses a request that no pattern of its list matches.
 *
 * @throws {SuiteFailure} `NotAllowed`, with the field, the value, the variable and its content
 */
export function refuseUnlisted(lists: AllowLists, requests: readonly SpecRequest[]): void {
  for (const { kind, field, value } of requests) {
    const list = lists[kind];
    if (list === undefined || list.some((pattern) => matches(pattern, value))) continue;
    throw new SuiteFailure(
      'NotAllowed',
      `${field} is "${value}", which ${VARIABLES[kind]} of the worker does not allow: ${list.join(', ')}`,
    );
  }
}

/** Lists the images and Secrets that an object of the cluster names, wherever they are in it. */
export function requestsOfObject(object: unknown): SpecRequest[] {
  const requests: SpecRequest[] = [];
  const add = (kind: RequestKind, field: string, value: unknown) => {
    if (typeof value === 'string') requests.push({ kind, field, value });
  };
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    // Also visits the items of a list, whose keys are numbers.
    for (const [key, item] of Object.entries(value)) {
      const { name } = (item ?? {}) as { readonly name?: unknown };
      if (key === 'image') add('image', 'the image of a container', item);
      if (key === 'secretName' || key === 'envFromSecret') add('secret', `a Secret of a pod (${key})`, item);
      if (key === 'secretKeyRef' || key === 'secretRef') add('secret', `a Secret of a pod (${key})`, name);
      if (key === 'imagePullSecrets' && Array.isArray(item)) {
        for (const secret of item) add('secret', 'the pull secret of a pod', (secret as { name?: unknown }).name);
      }
      visit(item);
    }
  };
  visit(object);
  return requests;
}

/** Matches a whole value; `*` in the pattern stands for any characters, also `/` and none. */
function matches(pattern: string, value: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  if (others.length === 0) return pattern === value;
  const last = others.pop() ?? '';
  if (!value.startsWith(first) || !value.endsWith(last) || value.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of others) {
    const found = value.indexOf(part, at);
    if (found < 0 || found + part.length > value.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

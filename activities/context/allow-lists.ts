import { namedThings } from '../../suite/pod/named-things.js';
import type { RequestKind, SpecRequest } from '../../suite/spec/requests.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/** Patterns of what a spec may name, by kind. A kind without a list allows everything, but only `DEFAULTS` of privileges. */
export type AllowLists = { readonly [Kind in RequestKind]?: readonly string[] | undefined };

/**
 * Lists that hold when a worker has none. A privileged pod or one with a folder of its node controls the node, so whoever runs
 * the worker must allow it. The network of the node and other volumes were never limited without a list.
 */
const DEFAULTS: AllowLists = { privilege: ['hostNetwork', 'volume:*'] };

/** Variable of the worker that has the list of a kind. */
const VARIABLES: Readonly<Record<RequestKind, string>> = {
  image: 'ALLOWED_IMAGES',
  context: 'ALLOWED_CONTEXTS',
  namespace: 'ALLOWED_NAMESPACES',
  secret: 'ALLOWED_SECRETS',
  privilege: 'ALLOWED_PRIVILEGES',
};

function privilegeHint(name: string): string {
  return `Remove it, or ask whoever runs the worker to add ${name} to ALLOWED_PRIVILEGES, or to policy.privileges of the Helm chart: whoever starts a suite can then use it on its nodes`;
}

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
    const list = lists[kind] ?? DEFAULTS[kind];
    if (list === undefined || list.some((pattern) => matches(pattern, value))) continue;
    throw new SuiteFailure(
      'NotAllowed',
      `${field} is "${value}", which ${VARIABLES[kind]} of the worker does not allow: ${list.join(', ')}`,
      kind === 'privilege' ? { hint: privilegeHint(value) } : {},
    );
  }
}

/** Lists the images, Secrets and privileges that an object of the cluster names, wherever they are in it. */
export function requestsOfObject(object: unknown): SpecRequest[] {
  return namedThings(object).map(({ kind, path, value }) => ({ kind, field: `${path} of an object`, value }));
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

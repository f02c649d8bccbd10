import { containersOf } from './containers.js';
import type { JsonObject, PodPatch } from './patch.js';
import type { PatchProblem } from './patch-problems.js';
import { objectIn, objectsIn, textIn } from './read-json.js';

/** What the pod has before the patch, by name. */
export interface PodParts {
  readonly volumes: readonly string[];
  readonly claims: readonly string[];
}

/**
 * Finds what the API server would refuse in the pod that results although each field is right: a mount of a volume or a use of a
 * claim that the pod does not have, a volume of two types, and a new container without an image.
 */
export function referenceProblems({ spec }: PodPatch, parts: PodParts): PatchProblem[] {
  const names = (field: string) => objectsIn(spec, field).flatMap(([, item]) => textIn(item, 'name') ?? []);
  const volumes = new Set([...parts.volumes, ...names('volumes')]);
  const claims = new Set([...parts.claims, ...names('resourceClaims')]);
  return [
    ...objectsIn(spec, 'volumes').flatMap(([at, volume]) => volumeProblems(volume, ['spec', 'volumes', at])),
    ...containersOf(spec).flatMap(({ field, at, container }) => {
      const path = ['spec', field, at];
      return [
        ...(field === 'initContainers' && !isRemoved(container) && (container.image ?? '') === ''
          ? [{ path, message: 'image is missing; add it' }]
          : []),
        ...unknownNames(objectsIn(container, 'volumeMounts'), volumes, [...path, 'volumeMounts'], 'volume'),
        ...unknownNames(
          objectsIn(objectIn(container, 'resources'), 'claims'),
          claims,
          [...path, 'resources', 'claims'],
          'claim',
        ),
      ];
    }),
  ];
}

const LISTS = { volume: 'spec.volumes', claim: 'spec.resourceClaims' } as const;

function unknownNames(
  items: readonly [at: number, item: JsonObject][],
  known: ReadonlySet<string>,
  path: readonly (string | number)[],
  what: keyof typeof LISTS,
): PatchProblem[] {
  return items.flatMap(([at, item]): PatchProblem[] => {
    const name = textIn(item, 'name');
    if (name === undefined || known.has(name) || isRemoved(item)) return [];
    return [
      {
        path: [...path, at, 'name'],
        message: `names the ${what} "${name}", which the pod does not have; add it to ${LISTS[what]}, or correct the name`,
      },
    ];
  });
}

function volumeProblems(volume: JsonObject, path: readonly (string | number)[]): PatchProblem[] {
  const types = Object.entries(volume).flatMap(([field, value]) =>
    field === 'name' || field.startsWith('$') || value === null ? [] : [field],
  );
  return types.length > 1
    ? [{ path, message: `has ${types.join(' and ')}; a volume has one type, so remove one` }]
    : [];
}

function isRemoved(item: JsonObject): boolean {
  return Object.keys(item).some((key) => key.startsWith('$'));
}

import { labelKey, labelValue, variableProblem } from '../schema/grammar.js';
import { containersOf } from './containers.js';
import type { PodPatch } from './patch.js';
import { type PatchProblem, patchProblems } from './patch-problems.js';
import type { PodKind } from './pod-kind.js';
import { type ProtectedField, protectedFields, protectedProblems, VOLUMES } from './protected-fields.js';
import { objectIn, objectsIn, textIn } from './read-json.js';
import { referenceProblems } from './reference-problems.js';

/** What other keys of the spec set in the pods, so that a patch cannot. */
export interface SetBySpec {
  /** Names of the variables of the suite's container. */
  readonly variables: Iterable<string>;
  readonly pullSecret?: string | undefined;
  /** Whether the variables of the container come from a Secret, by `dynamo.model.tokenSecret`. */
  readonly hasTokenSecret?: boolean;
  /** Names of the claims of `resources.claims`. */
  readonly claims: readonly string[];
}

/** Longest patch, as JSON: every cell has a copy in its provenance. */
const MAX_PATCH = 32_768;

/** Finds the problems of a patch: unknown fields, wrong types, fields that the suite needs, and secrets in clear. */
export function podProblems(patch: PodPatch, kind: PodKind, set: SetBySpec): PatchProblem[] {
  const { length } = JSON.stringify(patch);
  if (length > MAX_PATCH) {
    return [{ path: [], message: `has ${length} characters as JSON; at most ${MAX_PATCH} are allowed, so shorten it` }];
  }
  return [
    ...patchProblems(patch, kind.container),
    ...protectedProblems(patch, [...protectedFields(kind), ...fieldsOfSpec(kind, set)]),
    ...referenceProblems(patch, { volumes: VOLUMES, claims: set.claims }),
    ...metadataProblems(patch),
    ...variableProblems(patch),
  ];
}

function fieldsOfSpec(kind: PodKind, set: SetBySpec): ProtectedField[] {
  const container = ['spec', 'containers', kind.container];
  return [
    ...[...set.variables].map((name) => ({
      path: [...container, 'env', name],
      advice: `use ${kind.env}, which sets it`,
    })),
    ...(set.pullSecret === undefined
      ? []
      : [{ path: ['spec', 'imagePullSecrets', set.pullSecret], advice: 'use cluster.imagePullSecret, which sets it' }]),
    ...(set.hasTokenSecret
      ? [
          {
            path: [...container, 'envFrom'],
            advice: 'use dynamo.model.tokenSecret or dynamo.env, which it would replace',
          },
        ]
      : []),
    ...set.claims.map((name) => ({
      path: ['spec', 'resourceClaims', name],
      advice: `choose another name: ${kind.resources}.claims has a claim of this name`,
      isUnset: true,
    })),
  ];
}

/** Checks labels and annotations by the rules of Kubernetes. */
function metadataProblems({ metadata }: PodPatch): PatchProblem[] {
  const check = (field: 'labels' | 'annotations', what: string) =>
    Object.entries(objectIn(metadata, field)).flatMap(([key, value]): PatchProblem[] => {
      if (key.startsWith('$')) return [];
      const path = ['metadata', field, key];
      const problems = [labelKey(`the key of ${what}`).safeParse(key)];
      if (field === 'labels' && typeof value === 'string')
        problems.push(labelValue(`the value of ${what}`).safeParse(value));
      return problems.flatMap(({ error }) => error?.issues ?? []).map(({ message }) => ({ path, message }));
    });
  return [...check('labels', 'a label'), ...check('annotations', 'an annotation')];
}

/** Finds variables with a secret in clear, and values that no variable of the suite may have. */
function variableProblems({ spec }: PodPatch): PatchProblem[] {
  return containersOf(spec).flatMap(({ field, at: place, container }) =>
    objectsIn(container, 'env').flatMap(([at, variable]): PatchProblem[] => {
      const value = textIn(variable, 'value');
      const message = value === undefined ? undefined : variableProblem(textIn(variable, 'name') ?? '', value);
      return message === undefined ? [] : [{ path: ['spec', field, place, 'env', at, 'value'], message }];
    }),
  );
}

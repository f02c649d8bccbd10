import { workerEnvironment } from '../engines/worker-environment.js';
import type { PodPatch } from '../pod/patch.js';
import { MEASURING_POD, WORKER_POD } from '../pod/pod-kind.js';
import { podProblems } from '../pod/pod-problems.js';
import type { DynamoFields } from './dynamo-spec.js';

/** The parts of a spec that set fields of its pods. */
interface PatchedSpec {
  readonly pod?: PodPatch | undefined;
  readonly cluster: { readonly imagePullSecret?: string | undefined };
  readonly resources: { readonly claims?: readonly { readonly name: string }[] | undefined };
  readonly dynamo?: DynamoFields | undefined;
}

/**
 * Finds the problems of the patches of a spec, with their paths in it.
 *
 * @param rankVariables names of the variables that the suite or the spec sets in ranks
 */
export function problemsOfPatches(
  { pod, cluster, resources, dynamo }: PatchedSpec,
  rankVariables: Iterable<string>,
): { path: (string | number)[]; message: string }[] {
  const pullSecret = cluster.imagePullSecret;
  const names = (claims: readonly { readonly name: string }[] = []) => claims.map(({ name }) => name);
  const ofRanks = pod
    ? podProblems(pod, MEASURING_POD, { variables: rankVariables, pullSecret, claims: names(resources.claims) })
    : [];
  const ofWorkers = dynamo?.pod
    ? podProblems(dynamo.pod, WORKER_POD, {
        variables: workerVariables(dynamo),
        pullSecret,
        hasTokenSecret: dynamo.model.tokenSecret !== undefined,
        claims: names(dynamo.resources.claims),
      })
    : [];
  return [
    ...ofRanks.map(({ path, message }) => ({ path: ['pod', ...path], message })),
    ...ofWorkers.map(({ path, message }) => ({ path: ['dynamo', 'pod', ...path], message })),
  ];
}

function workerVariables({ engine, model, transfer, env, resources }: DynamoFields): string[] {
  const worker = { role: 'prefill', block: engine, model, transfer, gpus: resources.gpu, simulatedKv: {} } as const;
  return [...Object.keys(workerEnvironment(worker)), ...Object.keys(env)];
}

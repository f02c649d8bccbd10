import { namedByPatch } from '../pod/named-things.js';
import type { PodPatch } from '../pod/patch.js';
import type { EnvironmentValue } from '../schema/grammar.js';
import { variantsOf } from './matrix.js';
import type { SuiteSpec } from './spec.js';
import type { TransportTestSpec } from './transport-tests.js';

/** Kinds of things that a spec names and the operator of a worker can limit. */
export type RequestKind = 'image' | 'context' | 'namespace' | 'secret' | 'privilege';

/** A thing that a spec names. */
export interface SpecRequest {
  readonly kind: RequestKind;
  /** Field of the spec: `cluster.image`. */
  readonly field: string;
  readonly value: string;
}

/**
 * Lists the images, contexts, namespaces, Secrets and privileges that a spec names, each with its field. A context that is not set is the
 * choice of whoever runs the worker, so it is not listed.
 */
export function requestsOfSpec({ cluster, env, pod, tests, dynamo }: SuiteSpec): SpecRequest[] {
  const { context, namespace, leaseNamespace, image, etcdImage, imagePullSecret, hostNetwork } = cluster;
  return [
    ...request('context', 'cluster.context', context),
    ...request('namespace', 'cluster.namespace', namespace),
    ...request('namespace', 'cluster.leaseNamespace', leaseNamespace),
    ...request('image', 'cluster.image', image),
    ...request('image', 'cluster.etcdImage', etcdImage),
    ...request('secret', 'cluster.imagePullSecret', imagePullSecret),
    ...request('privilege', 'cluster.hostNetwork', hostNetwork ? 'hostNetwork' : undefined),
    ...requestsOfPatch('pod', pod),
    ...secretsOf('env', env),
    ...tests.flatMap((test, at) => secretsOfVariants(`tests[${at}].env`, test)),
    ...(dynamo ? dynamoRequests(dynamo) : []),
  ];
}

function dynamoRequests({ platform, image, load, model, env, pod }: NonNullable<SuiteSpec['dynamo']>): SpecRequest[] {
  return [
    ...(platform.install ? platformRequests(platform) : []),
    ...request('image', 'dynamo.image', image),
    ...request('image', 'dynamo.load.image', load.image),
    ...request('secret', 'dynamo.model.tokenSecret', model.tokenSecret),
    ...cacheRequests(model.cache),
    ...requestsOfPatch('dynamo.pod', pod),
    ...secretsOf('dynamo.env', env),
  ];
}

/** Lists the privileges of the volume of a model cache, by the names that ALLOWED_PRIVILEGES has for volumes of pods. */
function cacheRequests({ claim, hostPath }: NonNullable<NonNullable<SuiteSpec['dynamo']>['model']['cache']> = {}) {
  return [
    ...request('privilege', 'dynamo.model.cache.claim', claim && 'volume:persistentVolumeClaim'),
    ...request('privilege', 'dynamo.model.cache.hostPath', hostPath && `hostPath:${hostPath}`),
  ];
}

function requestsOfPatch(key: string, patch: PodPatch | undefined): SpecRequest[] {
  return patch ? namedByPatch(patch).map(({ kind, path, value }) => ({ kind, field: `${key}.${path}`, value })) : [];
}

/** Lists what the installation of the platform needs. A chart creates pods of any image, so it counts as an image. */
export function platformRequests({
  chart,
  namespace,
  values,
}: NonNullable<SuiteSpec['dynamo']>['platform']): SpecRequest[] {
  return [
    ...request('namespace', 'dynamo.platform.namespace', namespace),
    ...request('image', 'dynamo.platform.chart', chart),
    ...imagesOfValues(values, 'dynamo.platform.values'),
  ];
}

/**
 * Lists the images that the values of a chart set: texts of fields whose names end with `image`, and `repository` with the
 * fields beside it, as charts write them. A registry alone counts as well, because it changes where images come from.
 */
function imagesOfValues(values: unknown, field: string): SpecRequest[] {
  if (typeof values !== 'object' || values === null) return [];
  const { registry, repository, tag, digest } = values as Readonly<Record<string, unknown>>;
  const parts = [registry, repository].filter((part) => typeof part === 'string' && part !== '');
  const own = `${parts.join('/')}${textAfter(':', tag)}${textAfter('@', digest)}`;
  return [
    ...(parts.length > 0 ? request('image', field, own) : []),
    ...Object.entries(values).flatMap(([key, item]) => [
      ...(/image(?:registry)?$/i.test(key) && typeof item === 'string' && item !== ''
        ? request('image', `${field}.${key}`, item)
        : []),
      ...imagesOfValues(item, `${field}.${key}`),
    ]),
  ];
}

function textAfter(mark: string, text: unknown): string {
  return typeof text === 'string' && text !== '' ? `${mark}${text}` : '';
}

/** Lists each Secret of a test and of the values of its matrix once. */
function secretsOfVariants(field: string, test: TransportTestSpec): SpecRequest[] {
  const requests = [test, ...variantsOf(test).map((variant) => variant.test)].flatMap(({ env }) =>
    secretsOf(field, env),
  );
  return [...new Map(requests.map((found) => [`${found.field} ${found.value}`, found])).values()];
}

function secretsOf(field: string, env: Readonly<Record<string, EnvironmentValue | null>>): SpecRequest[] {
  return Object.entries(env).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? request('secret', `${field}.${name}`, value.valueFrom.secretKeyRef.name)
      : [],
  );
}

function request(kind: RequestKind, field: string, value: string | undefined): SpecRequest[] {
  return value === undefined ? [] : [{ kind, field, value }];
}

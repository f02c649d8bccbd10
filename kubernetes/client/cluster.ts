import * as k8s from '@kubernetes/client-node';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { isAlreadyExists, isNotFound } from './api-failure.js';
import { GLANCE_BYTES, LOG_LIMITS } from './log-limits.js';
import type { KubernetesObject, List } from './objects.js';
import { Head, type LogReader, type PodLog, readInto, readPodLog } from './pod-log.js';
import { Requests } from './requests.js';
import { type Kind, resourcePath } from './resources.js';

/** Name of the suite in `managedFields`. */
const FIELD_MANAGER = 'dynamo-bench';

/**
 * Reads and writes the objects of one cluster. Requests are raw JSON, because the generated client drops fields that
 * its models do not know.
 */
export class Cluster {
  readonly #requests: Requests;

  constructor(readonly config: k8s.KubeConfig) {
    this.#requests = new Requests(config);
  }

  /** URL of the API server, without a slash at the end. */
  get server(): string {
    return this.#requests.server;
  }

  /**
   * Connects as kubectl does, with KUBECONFIG, ~/.kube/config, or the pod's service account.
   *
   * @param context name of a kubeconfig context; default: the current one
   * @throws {SuiteFailure} `NotFound` when the kubeconfig does not contain this context or its cluster
   */
  static connect(context?: string): Cluster {
    const config = new k8s.KubeConfig();
    config.loadFromDefault();
    if (context !== undefined) {
      const names = config.getContexts().map(({ name }) => name);
      if (!names.includes(context)) {
        throw new SuiteFailure(
          'NotFound',
          `the kubeconfig has no context "${context}"; it has: ${names.join(', ') || 'none'}`,
        );
      }
      config.setCurrentContext(context);
    }
    return new Cluster(config);
  }

  /** Reads one object. @throws {ApiFailure} `NotFound` when it does not exist */
  get<T extends KubernetesObject>(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.#requests.json('get', resourcePath(kind, namespace, name), 'GET', { signal });
  }

  /** Reads one object; undefined when it does not exist. */
  async find<T extends KubernetesObject>(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    try {
      return await this.get<T>(kind, namespace, name, signal);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Reads all objects of a kind, page by page. */
  async list<T extends KubernetesObject>(
    kind: Kind,
    namespace: string | undefined,
    query: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ): Promise<T[]> {
    const items: T[] = [];
    let next: string | undefined;
    do {
      const page: List<T> = await this.#requests.json('list', resourcePath(kind, namespace), 'GET', {
        query: { limit: '500', ...query, ...(next ? { continue: next } : {}) },
        signal,
      });
      items.push(...page.items);
      next = page.metadata.continue;
    } while (next);
    return items;
  }

  /** Creates an object. @throws {ApiFailure} with reason AlreadyExists when the name is taken */
  create<T extends KubernetesObject>(object: T, signal?: AbortSignal, options: WriteOptions = {}): Promise<T> {
    const { apiVersion, kind, metadata } = object;
    return this.#requests.json('create', resourcePath({ apiVersion, kind }, metadata.namespace), 'POST', {
      body: object,
      query: { fieldManager: FIELD_MANAGER, ...writeQuery(options) },
      signal,
    });
  }

  /**
   * Creates an object, or returns the existing one with this name. Names are deterministic, so a retried step finds the
   * object that its first try created.
   */
  async createOrAdopt<T extends KubernetesObject>(object: T, signal?: AbortSignal): Promise<T> {
    const { apiVersion, kind, metadata } = object;
    try {
      return await this.create(object, signal);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const existing = await this.find<T>({ apiVersion, kind }, metadata.namespace, metadata.name, signal);
      // The existing object can have disappeared since.
      return existing ?? this.create(object, signal);
    }
  }

  /** Applies the object exactly as given (server-side apply), and takes over its fields from other field managers. */
  apply<T extends KubernetesObject>(object: T, signal?: AbortSignal, options: WriteOptions = {}): Promise<T> {
    const { apiVersion, kind, metadata } = object;
    return this.#requests.json(
      'apply',
      resourcePath({ apiVersion, kind }, metadata.namespace, metadata.name),
      'PATCH',
      {
        body: object,
        contentType: 'application/apply-patch+yaml',
        query: { fieldManager: FIELD_MANAGER, force: 'true', ...writeQuery(options) },
        signal,
      },
    );
  }

  /** Changes some fields of an object (JSON merge patch). */
  patch<T extends KubernetesObject>(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    patch: unknown,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.#requests.json('patch', resourcePath(kind, namespace, name), 'PATCH', {
      body: patch,
      contentType: 'application/merge-patch+json',
      signal,
    });
  }

  /** Deletes an object. Succeeds when it does not exist. */
  async delete(kind: Kind, namespace: string | undefined, name: string, options: DeleteOptions = {}): Promise<void> {
    const { signal, ...body } = options;
    try {
      await this.#requests.json('delete', resourcePath(kind, namespace, name), 'DELETE', {
        body: { propagationPolicy: 'Background', ...body },
        signal,
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /**
   * Reads the log of a container: standard output and standard error together. Keeps the beginning and the end of a log
   * that is longer than `LOG_LIMITS`.
   *
   * @param options.previous reads the log from before the container's last restart
   * @param options.timestamps puts the time of each line before it, in RFC 3339 and a space
   */
  podLog(
    namespace: string,
    pod: string,
    container: string,
    signal?: AbortSignal,
    options: LogOptions = {},
  ): Promise<PodLog> {
    return readPodLog(this.#logReader(namespace, pod, container, signal, options), LOG_LIMITS);
  }

  /**
   * Reads the last lines of a container's log as text, at most `GLANCE_BYTES` of them.
   *
   * @param tailLines number of lines from the end
   */
  async lastLogLines(
    namespace: string,
    pod: string,
    container: string,
    tailLines: number,
    signal?: AbortSignal,
    options: LogOptions = {},
  ): Promise<string> {
    const read = this.#logReader(namespace, pod, container, signal, options);
    const query = { tailLines: String(tailLines), limitBytes: String(GLANCE_BYTES) };
    const { pieces } = await readInto(read, query, () => new Head(GLANCE_BYTES));
    return new TextDecoder().decode(Buffer.concat(pieces));
  }

  #logReader(
    namespace: string,
    pod: string,
    container: string,
    signal: AbortSignal | undefined,
    { previous = false, timestamps = false }: LogOptions,
  ): LogReader {
    const path = `${resourcePath({ apiVersion: 'v1', kind: 'Pod' }, namespace, pod)}/log`;
    const query = { container, previous: String(previous), timestamps: String(timestamps) };
    return (more, sink) => this.#requests.stream('get log of', path, { query: { ...query, ...more }, signal }, sink);
  }

  /**
   * Sends a GET to a Service through the API server's proxy.
   *
   * @throws {ApiFailure} with the status code of the Service
   */
  serviceGet<T>(namespace: string, service: string, port: number, path: string, signal?: AbortSignal): Promise<T> {
    const target = resourcePath({ apiVersion: 'v1', kind: 'Service' }, namespace, `${service}:${port}`);
    return this.#requests.json('get', `${target}/proxy${path}`, 'GET', { signal });
  }

  /** Reads the version of the API server, such as `v1.37.2`. */
  async version(signal?: AbortSignal): Promise<string> {
    const { gitVersion } = await this.#requests.json<{ gitVersion: string }>('get', '/version', 'GET', { signal });
    return gitVersion;
  }

  /** Sends a POST to a path that returns JSON, such as a subresource or an access review. */
  post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    return this.#requests.json('create', path, 'POST', { body, signal });
  }
}

export interface LogOptions {
  readonly previous?: boolean;
  readonly timestamps?: boolean;
}

/** Options of a creation or an application. Default: the object is written, and unknown fields are ignored. */
export interface WriteOptions {
  /** Whether the API server only checks the object, with defaults, quotas and admission policies, and writes nothing. */
  readonly dryRun?: boolean;
  /** Whether an unknown or duplicate field is an error. */
  readonly strict?: boolean;
}

function writeQuery({ dryRun = false, strict = false }: WriteOptions): Record<string, string> {
  return { ...(dryRun ? { dryRun: 'All' } : {}), ...(strict ? { fieldValidation: 'Strict' } : {}) };
}

/** Options of a deletion. Default: the grace period of the object, and background propagation. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid: string; readonly resourceVersion?: string };
  readonly signal?: AbortSignal | undefined;
}

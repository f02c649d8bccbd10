import * as k8s from '@kubernetes/client-node';
import { type Dispatcher, fetch } from 'undici';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { ApiFailure, isAlreadyExists, isNotFound, type RequestContext, unreachable } from './api-failure.js';
import { Connections } from './connections.js';
import type { KubernetesObject, List } from './objects.js';
import { type Kind, resourcePath } from './resources.js';
import { withRetries } from './retry.js';

/** No single answer of the API server takes longer; a hung connection must not hold an activity. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The suite's name in `managedFields`. */
const FIELD_MANAGER = 'dynamo-bench';

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A connection to one cluster. Requests are raw JSON: the generated client serialises through models and drops every
 * field that it does not know.
 */
export class Cluster {
  readonly server: string;
  readonly #connections = new Connections();

  constructor(readonly config: k8s.KubeConfig) {
    const cluster = config.getCurrentCluster();
    if (!cluster)
      throw new SuiteFailure('NotFound', `the kubeconfig has no cluster for context "${config.getCurrentContext()}"`);
    this.server = cluster.server.replace(/\/$/, '');
  }

  /**
   * Connects by the usual rules: KUBECONFIG, ~/.kube/config, or the pod's service account.
   *
   * @param context name of a context; default: the current one
   * @throws {SuiteFailure} `NotFound` when there is no such context
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

  /** One object. @throws {ApiFailure} with status 404 when it is not there */
  get<T extends KubernetesObject>(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.#json('get', resourcePath(kind, namespace, name), 'GET', { signal });
  }

  /** One object, or undefined when it is not there. */
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

  /** All objects of a kind, page by page. */
  async list<T extends KubernetesObject>(
    kind: Kind,
    namespace: string | undefined,
    query: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ): Promise<T[]> {
    const items: T[] = [];
    let next: string | undefined;
    do {
      const page: List<T> = await this.#json('list', resourcePath(kind, namespace), 'GET', {
        query: { limit: '500', ...query, ...(next ? { continue: next } : {}) },
        signal,
      });
      items.push(...page.items);
      next = page.metadata.continue;
    } while (next);
    return items;
  }

  /** Creates an object. @throws {ApiFailure} with reason AlreadyExists when there is one under this name */
  create<T extends KubernetesObject>(object: T, signal?: AbortSignal): Promise<T> {
    const { apiVersion, kind, metadata } = object;
    return this.#json('create', resourcePath({ apiVersion, kind }, metadata.namespace), 'POST', {
      body: object,
      query: { fieldManager: FIELD_MANAGER },
      signal,
    });
  }

  /**
   * Creates an object, or returns the one that is already there under this name: names are deterministic, so a step
   * that is tried again finds what its first try made.
   */
  async createOrAdopt<T extends KubernetesObject>(object: T, signal?: AbortSignal): Promise<T> {
    const { apiVersion, kind, metadata } = object;
    try {
      return await this.create(object, signal);
    } catch (error) {
      if (isAlreadyExists(error)) return this.get<T>({ apiVersion, kind }, metadata.namespace, metadata.name, signal);
      throw error;
    }
  }

  /** Server-side apply of the object exactly as given. */
  apply<T extends KubernetesObject>(object: T, signal?: AbortSignal): Promise<T> {
    const { apiVersion, kind, metadata } = object;
    return this.#json('apply', resourcePath({ apiVersion, kind }, metadata.namespace, metadata.name), 'PATCH', {
      body: object,
      contentType: 'application/apply-patch+yaml',
      query: { fieldManager: FIELD_MANAGER, force: 'true' },
      signal,
    });
  }

  /** Merge patch. */
  patch<T extends KubernetesObject>(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    patch: unknown,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.#json('patch', resourcePath(kind, namespace, name), 'PATCH', {
      body: patch,
      contentType: 'application/merge-patch+json',
      signal,
    });
  }

  /** Deletes an object; one that is already gone is fine. */
  async delete(kind: Kind, namespace: string | undefined, name: string, options: DeleteOptions = {}): Promise<void> {
    const { signal, ...body } = options;
    try {
      await this.#json('delete', resourcePath(kind, namespace, name), 'DELETE', {
        body: { propagationPolicy: 'Background', ...body },
        signal,
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /**
   * A pod's whole log so far, standard output and error together.
   *
   * @param previous that of the container before it was last started again
   */
  podLog(namespace: string, pod: string, container: string, signal?: AbortSignal, previous = false): Promise<string> {
    const path = `${resourcePath({ apiVersion: 'v1', kind: 'Pod' }, namespace, pod)}/log`;
    return this.#text('get log of', path, 'GET', { query: { container, previous: String(previous) }, signal });
  }

  /** What a Service answers to a GET, through the API server. @throws {ApiFailure} with the Service's own status code */
  serviceGet<T>(namespace: string, service: string, port: number, path: string, signal?: AbortSignal): Promise<T> {
    const target = resourcePath({ apiVersion: 'v1', kind: 'Service' }, namespace, `${service}:${port}`);
    return this.#json('get', `${target}/proxy${path}`, 'GET', { signal });
  }

  /** Version of the API server, as `gitVersion`: `v1.37.2`. */
  async version(signal?: AbortSignal): Promise<string> {
    const { gitVersion } = await this.#json<{ gitVersion: string }>('get', '/version', 'GET', { signal });
    return gitVersion;
  }

  /** Anything else that answers JSON, such as a subresource or an access review. */
  post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
    return this.#json('create', path, 'POST', { body, signal });
  }

  async #json<T>(verb: string, path: string, method: string, options: RequestOptions): Promise<T> {
    return JSON.parse(await this.#text(verb, path, method, options)) as T;
  }

  #text(verb: string, path: string, method: string, options: RequestOptions): Promise<string> {
    return withRetries(() => this.#send(verb, path, method, options), options.signal);
  }

  async #send(verb: string, path: string, method: string, options: RequestOptions): Promise<string> {
    const context: RequestContext = { verb, what: path.replace(/^\/apis?\//, ''), server: this.server };
    const query = new URLSearchParams(options.query).toString();
    const authentication = new k8s.RequestContext(
      `${this.server}${path}${query ? `?${query}` : ''}`,
      method as k8s.HttpMethod,
    );
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    let status: number;
    let text: string;
    try {
      await this.config.applySecurityAuthentication(authentication);
      const response = await fetch(authentication.getUrl(), {
        method,
        headers: {
          ...authentication.getHeaders(),
          accept: 'application/json, */*',
          ...(options.body === undefined ? {} : { 'content-type': options.contentType ?? 'application/json' }),
        },
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
        dispatcher: this.#connections.use(authentication.getDispatcher() as unknown as Dispatcher | undefined),
        signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
      });
      status = response.status;
      text = await response.text();
    } catch (error) {
      options.signal?.throwIfAborted();
      throw unreachable(context, error);
    }
    if (status >= 200 && status < 300) return text;
    throw new ApiFailure(context, status, text);
  }
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid: string; readonly resourceVersion?: string };
  readonly signal?: AbortSignal | undefined;
}

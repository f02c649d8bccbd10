import * as k8s from '@kubernetes/client-node';
import { type Dispatcher, fetch, type Response } from 'undici';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { ApiFailure, type RequestContext, unreachable } from './api-failure.js';
import { Connections } from './connections.js';
import { type ByteSink, Head } from './pod-log.js';
import { withRetries } from './retry.js';

/** Time limit of one request, so that a hung connection does not block an activity. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Time limit of a response whose bytes are read as a stream. */
const STREAM_TIMEOUT_MS = 90_000;

/** Bytes of a failed response that are read: a message for people. */
const MOST_FAILURE_BYTES = 2 ** 16;

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Default: `application/json`. */
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Sends authenticated HTTP requests to the API server of a kubeconfig's current context. */
export class Requests {
  /** URL of the API server, without a slash at the end. */
  readonly server: string;
  readonly #config: k8s.KubeConfig;
  readonly #connections = new Connections();

  /** @throws {SuiteFailure} `NotFound` when the current context names no cluster */
  constructor(config: k8s.KubeConfig) {
    const cluster = config.getCurrentCluster();
    if (!cluster) {
      throw new SuiteFailure('NotFound', `the kubeconfig has no cluster for context "${config.getCurrentContext()}"`);
    }
    this.#config = config;
    this.server = cluster.server.replace(/\/$/, '');
  }

  /** Sends a request and parses the response as JSON. */
  async json<T>(verb: string, path: string, method: string, options: RequestOptions): Promise<T> {
    return JSON.parse(await this.text(verb, path, method, options)) as T;
  }

  /** Sends a request and returns the response as text. Repeats the request after a transient failure. */
  text(verb: string, path: string, method: string, options: RequestOptions): Promise<string> {
    return withRetries(() => this.#send(verb, path, method, options), options.signal);
  }

  /**
   * Sends a GET and passes the bytes of the response on as they come, until the sink needs no more. Repeats the request
   * after a transient failure.
   *
   * @param sink creates the receiver of one try
   */
  stream(verb: string, path: string, options: RequestOptions, sink: () => ByteSink): Promise<void> {
    return withRetries(() => this.#stream(verb, path, options, sink()), options.signal);
  }

  async #send(verb: string, path: string, method: string, options: RequestOptions): Promise<string> {
    return this.#exchange(verb, path, method, options, REQUEST_TIMEOUT_MS, (response) => response.text());
  }

  async #stream(verb: string, path: string, options: RequestOptions, sink: ByteSink): Promise<void> {
    await this.#exchange(verb, path, 'GET', options, STREAM_TIMEOUT_MS, async (response) => {
      if (response.ok) return void (await passOn(response, sink));
      const message = new Head(MOST_FAILURE_BYTES);
      await passOn(response, message);
      return Buffer.concat(message.pieces).toString();
    });
  }

  /** Sends a request and reads the response. @throws {ApiFailure} with the answer of `read` after an error status */
  async #exchange<T>(
    verb: string,
    path: string,
    method: string,
    options: RequestOptions,
    timeoutMs: number,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const context: RequestContext = { verb, what: path.replace(/^\/apis?\//, ''), server: this.server };
    const query = new URLSearchParams(options.query).toString();
    const authentication = new k8s.RequestContext(
      `${this.server}${path}${query ? `?${query}` : ''}`,
      method as k8s.HttpMethod,
    );
    const timeout = AbortSignal.timeout(timeoutMs);
    let status: number;
    let answer: T;
    try {
      await this.#config.applySecurityAuthentication(authentication);
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
      answer = await read(response);
    } catch (error) {
      options.signal?.throwIfAborted();
      throw unreachable(context, error);
    }
    if (status >= 200 && status < 300) return answer;
    throw new ApiFailure(context, status, String(answer));
  }
}

/** Passes the bytes of a response on, and drops the connection when the sink needs no more of them. */
async function passOn(response: Response, sink: ByteSink): Promise<void> {
  if (!response.body) return;
  for await (const piece of response.body) {
    if (!sink.write(piece)) break;
  }
}

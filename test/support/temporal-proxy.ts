import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';

/** gRPC status that is answered instead of asking the server; undefined lets the request through. */
export type Refusal = (
  path: string,
  headers: IncomingHttpHeaders,
) => { readonly code: number; readonly message: string } | undefined;

/** Stands between a client and the Temporal server: refuses some requests, as an authorizer would, or requires TLS. */
export class TemporalProxy {
  readonly #server: Http2Server;
  readonly #target: ClientHttp2Session;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #refuse: Refusal;

  private constructor(target: string, refuse: Refusal, tls: SecureServerOptions | undefined) {
    this.#refuse = refuse;
    this.#target = connect(`http://${target}`);
    this.#server = tls ? createSecureServer(tls) : createServer();
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
    });
    this.#server.on('stream', (stream, headers) => this.#answer(stream, headers));
    // A client may leave, or refuse the certificate; the proxy continues.
    for (const event of ['sessionError', 'tlsClientError']) this.#server.on(event, () => undefined);
  }

  static async start(
    target: string,
    { refuse = () => undefined, tls }: { readonly refuse?: Refusal; readonly tls?: SecureServerOptions } = {},
  ): Promise<TemporalProxy> {
    const proxy = new TemporalProxy(target, refuse, tls);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    return address.port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const session of this.#sessions) session.destroy();
    this.#target.destroy();
    await closed;
  }

  #answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on('error', () => undefined);
    const refusal = this.#refuse(String(headers[':path']), headers);
    if (refusal) {
      const status = { 'grpc-status': String(refusal.code), 'grpc-message': encodeURIComponent(refusal.message) };
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...status }, { endStream: true });
      return;
    }
    const { ':authority': _, ...forwarded } = headers;
    const request = this.#target.request(forwarded);
    request.on('error', () => stream.destroy());
    request.on('response', (response, flags) => {
      if (stream.destroyed) return;
      if (flags & END_STREAM) return stream.respond(response, { endStream: true });
      stream.respond(response, { waitForTrailers: true });
      let trailers: IncomingHttpHeaders = {};
      request.on('trailers', (received) => {
        trailers = received;
      });
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      request.pipe(stream);
    });
    stream.pipe(request);
    stream.on('close', () => request.close());
  }
}

/** Flag of a HEADERS frame that ends the stream. */
const END_STREAM = 1;

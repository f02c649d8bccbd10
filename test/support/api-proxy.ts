import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type RequestOptions, request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What is answered instead of asking the API server; undefined lets the request through. */
export type Fault = (
  method: string,
  path: string,
) => { status: number; reason: string } | { delayMs: number } | undefined;

interface KubeConfigFile {
  clusters: { cluster: { server: string; [field: string]: unknown } }[];
}

/** Stands between a worker and the API server, and answers some requests itself. */
export class ApiProxy {
  readonly #server: Server;
  readonly #target: URL;
  /** An upgraded connection is the server's no more, and would keep it from closing. */
  readonly #sockets = new Set<Socket>();
  fault: Fault = () => undefined;
  /** How many requests were answered with a fault. */
  faults = 0;

  private constructor(target: URL) {
    this.#target = target;
    this.#server = createServer((incoming, outgoing) => void this.#answer(incoming, outgoing));
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('upgrade', (incoming: IncomingMessage, socket: Duplex) => this.#upgrade(incoming, socket));
  }

  /** @param kubeconfig is rewritten into `<kubeconfig>.proxy`, whose path is returned with the proxy */
  static async start(kubeconfig: string): Promise<{ proxy: ApiProxy; kubeconfig: string }> {
    const config = JSON.parse(await readFile(kubeconfig, 'utf8')) as KubeConfigFile;
    const [entry] = config.clusters;
    if (!entry) throw new Error(`${kubeconfig} names no cluster`);
    const proxy = new ApiProxy(new URL(entry.cluster.server));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    const address = proxy.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    entry.cluster = { server: `http://127.0.0.1:${address.port}`, 'insecure-skip-tls-verify': true };
    const file = `${kubeconfig}.proxy`;
    await writeFile(file, JSON.stringify(config), { mode: 0o600 });
    return { proxy, kubeconfig: file };
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = incoming;
    const fault = this.fault(method, url);
    if (fault) this.faults++;
    if (fault && 'status' in fault) {
      const { status, reason } = fault;
      incoming.resume();
      outgoing.writeHead(status, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify({ kind: 'Status', code: status, reason, message: `made up: ${reason}` }));
      return;
    }
    if (fault) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    const forwarded = secureRequest(this.#options(incoming), (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  }

  /** `exec`, which is a web socket. */
  #upgrade(incoming: IncomingMessage, socket: Duplex): void {
    const forwarded = secureRequest(this.#options(incoming));
    forwarded.on('upgrade', (answer, upstream) => {
      const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join('\r\n')}\r\n\r\n`);
      upstream.pipe(socket).pipe(upstream);
      for (const side of [socket, upstream])
        side.on('error', () => {
          socket.destroy();
          upstream.destroy();
        });
    });
    forwarded.on('response', () => socket.destroy());
    forwarded.on('error', () => socket.destroy());
    forwarded.end();
  }

  #options({ method, url, headers }: IncomingMessage): RequestOptions {
    const { hostname, port } = this.#target;
    return {
      hostname,
      port,
      method,
      path: url,
      headers: { ...headers, host: `${hostname}:${port}` },
      rejectUnauthorized: false,
    };
  }
}

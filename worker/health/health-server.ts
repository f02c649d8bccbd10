import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReadinessChecks } from './readiness.js';

/** A running server of the probes. */
export interface HealthServer {
  /** Port that it listens on, also when the address has port 0. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the probes over HTTP. `/healthz` answers 200 while the event loop of the process turns. `/readyz` answers 200
 * when all checks pass and 503 otherwise, with the result of each check as JSON.
 *
 * @throws {Error} when the address cannot be used
 */
export async function serveHealth(
  { host, port }: { readonly host: string; readonly port: number },
  readiness: ReadinessChecks,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, { error: 'use GET' });
    const [path] = (request.url ?? '').split('?');
    if (path === '/healthz') return answer(response, 200, { status: 'ok' });
    if (path !== '/readyz') return answer(response, 404, { error: 'use /healthz or /readyz' });
    void readiness.current().then((result) => answer(response, result.ready ? 200 : 503, result));
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(`cannot serve /healthz: set HEALTH_ADDRESS to a free address (${(error as Error).message})`, {
      cause: error,
    });
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server.close(), 'close');
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}

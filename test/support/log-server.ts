import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { Cluster } from '../../kubernetes/client/cluster.js';

/** Log of a container: a beginning, a line that is repeated, and an end. */
export interface MadeLog {
  readonly begin?: string;
  readonly line: string;
  readonly times: number;
  readonly end?: string;
}

const TIME = '2026-01-05T02:30:00.000000000Z ';

/** An API server on the loopback interface whose pods have logs of any size, which it makes as it sends them. */
export class LogServer {
  /** Queries of the requests for logs. */
  readonly queries: Record<string, string>[] = [];
  /** Bytes of logs that were sent. */
  sent = 0;
  readonly #server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://server');
    if (!pathname.endsWith('/log')) {
      response.end(JSON.stringify(pod(pathname.slice(pathname.lastIndexOf('/') + 1))));
      return;
    }
    const query = Object.fromEntries(searchParams);
    this.queries.push(query);
    this.#send(response, query).catch(() => response.destroy());
  });

  /** @param honest whether the server observes `limitBytes` and `tailLines` */
  constructor(
    readonly log: MadeLog,
    readonly honest = true,
  ) {}

  async cluster(): Promise<Cluster> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    const { port } = this.#server.address() as AddressInfo;
    const config = new KubeConfig();
    const server = `http://127.0.0.1:${port}`;
    config.loadFromClusterAndUser({ name: 'c', server, skipTLSVerify: true }, { name: 'u' });
    return new Cluster(config);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #send(response: ServerResponse, query: Record<string, string>): Promise<void> {
    const most = this.honest ? Number(query.limitBytes ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    const tailLines = this.honest ? query.tailLines : undefined;
    const pieces = piecesOf(this.log, query.timestamps === 'true', tailLines);
    await pipeline(Readable.from(this.#upTo(most, pieces)), response);
  }

  *#upTo(most: number, pieces: Iterable<Buffer>): Generator<Buffer> {
    let left = most;
    for (const piece of pieces) {
      const part = piece.subarray(0, left);
      left -= part.length;
      this.sent += part.length;
      if (part.length > 0) yield part;
      if (left <= 0) return;
    }
  }
}

/** Lines that are sent at once. */
const BLOCK = 2048;

function* piecesOf(
  { begin = '', line, times, end = '' }: MadeLog,
  timed: boolean,
  tailLines?: string,
): Generator<Buffer> {
  const withTimes = (text: string) => (timed ? text.replaceAll(/^(?=.|\n)/gm, TIME) : text);
  const repeated = tailLines === undefined ? times : Math.min(times, Number(tailLines));
  if (tailLines === undefined) yield Buffer.from(withTimes(begin));
  const block = Buffer.from(`${timed ? TIME : ''}${line}\n`.repeat(BLOCK));
  const length = block.length / BLOCK;
  for (let left = repeated; left > 0; left -= BLOCK) yield left >= BLOCK ? block : block.subarray(0, left * length);
  yield Buffer.from(withTimes(end));
}

function pod(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { nodeName: 'a', containers: [{ name: 'rank', image: 'i' }] },
    status: { phase: 'Succeeded', containerStatuses: [{ name: 'rank', state: { terminated: { exitCode: 0 } } }] },
  };
}

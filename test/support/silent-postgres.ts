import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Answer of PostgreSQL to the start of a connection: the user is accepted, and the server waits for a query. */
const READY = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

/** A database on the loopback that accepts connections and never answers a query: who asks it waits for a minute. */
export class SilentPostgres {
  readonly #connections: Socket[] = [];
  private constructor(readonly server: Server) {}

  static async open(): Promise<SilentPostgres> {
    const database = new SilentPostgres(createServer());
    database.server.on('connection', (socket) => {
      database.#connections.push(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write(READY));
    });
    database.server.listen(0, '127.0.0.1');
    await once(database.server, 'listening');
    return database;
  }

  get url(): string {
    return `postgres://reader:secret@127.0.0.1:${(this.server.address() as AddressInfo).port}/results`;
  }

  /** Waits for a query on the next new connection. */
  async query(): Promise<Socket> {
    const [socket] = (await once(this.server, 'connection')) as [Socket];
    await once(socket, 'data');
    await once(socket, 'data');
    return socket;
  }

  close(): void {
    for (const socket of this.#connections) socket.destroy();
    this.server.close();
  }
}

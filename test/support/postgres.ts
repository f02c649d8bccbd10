import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import pg from 'pg';
import { NOBODY } from './nobody.js';
import { afterLastTest } from './teardown.js';

const PACKAGES = fileURLToPath(new URL('../../../local/test-packages.sh', import.meta.url));

let shared: Promise<PostgresServer> | undefined;

/** One PostgreSQL server for all tests of a mocha run that do not stop it; it ends after the last of them. */
export function postgres(): Promise<PostgresServer> {
  if (!shared) {
    const created = PostgresServer.create();
    shared = created;
    afterLastTest(async () => {
      shared = undefined;
      await (await created).remove();
    });
  }
  return shared;
}

/** A PostgreSQL server in a folder below /tmp that listens on a Unix socket in that folder only. */
export class PostgresServer {
  #server: ChildProcess | undefined;

  private constructor(
    readonly folder: string,
    readonly programs: string,
  ) {}

  static async create(): Promise<PostgresServer> {
    const { stdout: programs } = await execa(PACKAGES, ['postgresql']);
    // A socket's path may not be longer than 107 bytes.
    const folder = await mkdtemp(join(tmpdir(), 'pg-'));
    // PostgreSQL refuses to run as root.
    if (NOBODY.uid !== undefined) await chown(folder, NOBODY.uid, NOBODY.uid);
    const server = new PostgresServer(folder, programs);
    const options = ['-D', server.#data, '-U', 'bench', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'];
    await execa(join(programs, 'initdb'), options, { ...NOBODY, cwd: folder });
    await writeFile(join(server.#data, 'postgresql.auto.conf'), "listen_addresses = ''\nfsync = off\n");
    await server.start();
    return server;
  }

  get #data(): string {
    return join(this.folder, 'data');
  }

  /** Makes an empty database. @returns its URL */
  async database(): Promise<string> {
    const name = `bench_${randomBytes(4).toString('hex')}`;
    await this.#query(`create database ${name}`);
    return this.url(name);
  }

  /** Removes a database, whoever is connected to it. @param url as `database` returned it */
  async drop(url: string): Promise<void> {
    const [, name] = /@\/(\w+)\?/.exec(url) ?? [];
    await this.#query(`drop database ${name} with (force)`);
  }

  async #query(statement: string): Promise<void> {
    const client = new pg.Client(this.url('postgres'));
    await client.connect();
    await client.query(statement);
    await client.end();
  }

  url(database: string): string {
    return `postgres://bench@/${database}?host=${encodeURIComponent(this.folder)}`;
  }

  async start(): Promise<void> {
    const server = spawn(join(this.programs, 'postgres'), ['-D', this.#data, '-k', this.folder], {
      ...NOBODY,
      cwd: this.folder,
      stdio: 'ignore',
    });
    this.#server = server;
    for (;;) {
      if (server.exitCode !== null) throw new Error(`postgres ended with exit code ${server.exitCode}`);
      const client = new pg.Client(this.url('postgres'));
      const ready = await client.connect().then(
        () => true,
        () => false,
      );
      await client.end().catch(() => undefined);
      if (ready) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends the server at once, as when its machine goes. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    // SIGQUIT: immediate shutdown; the children go too.
    server.kill('SIGQUIT');
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

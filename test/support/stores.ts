import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ResultStore } from '../../results/store.js';
import { type PostgresServer, postgres } from './postgres.js';

/** One kind of database under test. */
export interface StoreKind {
  readonly engine: 'SQLite' | 'PostgreSQL';
  /** A new, empty store. */
  create(): Promise<ResultStore>;
  /** Another connection to the same store, as another process would have it. */
  again(store: ResultStore): ResultStore;
  /** The same, to read it only. */
  toRead(store: ResultStore): ResultStore;
}

/** Defines the same tests for a store in SQLite and for one in the PostgreSQL server that they share. */
export function onBothDatabases(title: string, define: (kind: StoreKind) => void): void {
  for (const engine of ['SQLite', 'PostgreSQL'] as const) {
    describe(`${title} (${engine})`, () => {
      let server: PostgresServer | undefined;
      const opened: ResultStore[] = [];
      const folders: string[] = [];
      const databases: string[] = [];
      const noted = (store: ResultStore) => {
        opened.push(store);
        return store;
      };

      before(async function () {
        // The first time on a machine, PostgreSQL is installed.
        this.timeout(300_000);
        if (engine === 'PostgreSQL') server = await postgres();
      });
      afterEach(async () => {
        await Promise.all(opened.splice(0).map((store) => store.close()));
        await Promise.all(databases.splice(0).map((url) => server?.drop(url)));
        await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
      });
      define({
        engine,
        create: async () => {
          const folder = await mkdtemp(join(tmpdir(), 'results-'));
          folders.push(folder);
          const url = await server?.database();
          if (url) databases.push(url);
          return noted(new ResultStore(join(folder, 'results'), url));
        },
        again: (store) => noted(new ResultStore(store.root, store.url)),
        toRead: (store) => noted(new ResultStore(store.root, store.url, { readOnly: true })),
      });
    });
  }
}

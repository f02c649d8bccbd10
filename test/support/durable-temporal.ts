import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Connection, WorkflowClient } from '@temporalio/client';
import { TEMPORAL } from './temporal.js';

const READY_TIMEOUT_MS = 120_000;

/** A Temporal server with a database file, which can be killed and started again on the same port. */
export class DurableTemporal {
  #process: ChildProcess;

  private constructor(
    readonly address: string,
    readonly file: string,
    readonly client: WorkflowClient,
    process: ChildProcess,
  ) {
    this.#process = process;
  }

  static async start(file: string): Promise<DurableTemporal> {
    const port = await freePort();
    const address = `127.0.0.1:${port}`;
    const process = launch(file, port);
    await ready(address);
    const connection = await Connection.connect({ address });
    return new DurableTemporal(address, file, new WorkflowClient({ connection }), process);
  }

  /** As a crash of its machine would. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, 'exit');
  }

  async restart(): Promise<void> {
    this.#process = launch(this.file, Number(this.address.split(':')[1]));
    await ready(this.address);
  }

  async stop(): Promise<void> {
    await this.client.connection.close();
    await this.kill();
  }
}

/** The script is replaced by the server's own process, so that a signal reaches it. */
function launch(file: string, port: number): ChildProcess {
  const args = ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port)];
  return spawn(TEMPORAL, [...args, '--db-filename', file, '--log-level', 'error'], { stdio: 'ignore' });
}

async function ready(address: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: '1s' });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      await connection.close();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { detachOnInterrupt } from '../follow/interrupt.js';
import { type Address, addressText, parseAddress } from '../options/address.js';
import { positiveInteger, seconds } from '../options/option-parsers.js';
import { addStoreOptions, type StoreOptions, withStore } from '../options/store-options.js';
import { WrongUse } from '../options/wrong-use.js';
import { addHelp } from '../output/help-text.js';
import { complain, say } from '../output/say.js';
import { writeSite } from './site.js';
import { createSiteServer } from './site-server.js';

interface Options extends StoreOptions {
  readonly address: string;
  readonly every: number;
  readonly runs: number;
  readonly json?: true;
}

/** `dynamo-bench serve`: serves the site of the result store, and renders it again from time to time. */
export function serveCommand(): Command {
  const command = addStoreOptions(new Command('serve'))
    .description('Serve all runs and histories as a read-only web site, until Ctrl-C.')
    .option('--address <host:port>', 'address to listen at; port 0 is any free one', '127.0.0.1:8235')
    .option('--every <duration>', 'time between two renderings of the site', seconds, 300)
    .option('--runs <n>', 'number of newest runs of each suite', positiveInteger, 100)
    .option('--json', 'print the address as JSON')
    .action(serve);
  return addHelp(command, {
    examples: [
      ['Serve the results of this machine', 'dynamo-bench serve'],
      ['Serve a network', 'dynamo-bench serve --address 0.0.0.0:8235 --every 1m'],
    ],
    notes:
      'The server has no access control and no TLS: put it behind a proxy that has both. It answers only GET and HEAD, runs no\nscript, and serves logs as text. The files of the site are in a temporary folder.',
  });
}

async function serve(options: Options): Promise<void> {
  const address = parseAddress(options.address);
  const parent = await mkdtemp(join(tmpdir(), 'dynamo-bench-site-'));
  try {
    await detachOnInterrupt((interrupted) => serveFrom(parent, address, options, interrupted));
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

async function serveFrom(parent: string, address: Address, options: Options, interrupted: AbortSignal): Promise<void> {
  let site: string | undefined;
  const server = createSiteServer(() => site);
  server.listen(address.port, address.host);
  await once(server, 'listening').catch((error: unknown): never => {
    const hint = 'Give another --address, or end the program there';
    throw new WrongUse(`Cannot listen at ${options.address}`, hint, error);
  });
  try {
    site = await render(parent, options);
    const url = `http://${addressText({ ...address, port: (server.address() as AddressInfo).port })}`;
    say(options.json ? JSON.stringify({ url }, null, 2) : `Results: ${url}; Ctrl-C ends the server`);
    for (;;) {
      await setTimeout(options.every * 1000, undefined, { signal: interrupted });
      const former = site;
      site = (await render(parent, options)) ?? former;
      if (former !== undefined && former !== site) await rm(former, { recursive: true, force: true });
    }
  } catch (error) {
    if (!interrupted.aborted) throw error;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** Renders the site into a new folder. @returns undefined, with a warning, when the store does not exist or fails */
async function render(parent: string, options: Options): Promise<string | undefined> {
  const folder = await mkdtemp(join(parent, 'site-'));
  try {
    await withStore(options, (store) => writeSite(store, folder, options.runs));
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (!(error instanceof SuiteFailure)) throw error;
    complain(`warning: ${error.message}; trying again in ${options.every} s`);
    return undefined;
  }
}

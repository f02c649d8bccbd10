import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const RUN = fileURLToPath(new URL('../../../local/rdma/run.sh', import.meta.url));
const SCRIPTS = fileURLToPath(new URL('../../../manifests/scripts', import.meta.url));

/** Folder of the suite's scripts in a pod. */
const FOLDER = '/dynamo-bench';

/** Address of the server's eth0, see local/rdma/guest/init. */
export const SERVER_ADDRESS = '10.0.0.1';

/** Seconds for the guest, which needs 40 s on an idle machine with two cores. */
export const GUEST_LIMIT = 300;

/** A pod of the guest. */
export interface GuestPod {
  /** Shell commands in front of the main process, such as the probe. */
  readonly before?: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Files beside the suite's scripts in /dynamo-bench, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** What the guest printed. */
export interface GuestRun {
  readonly console: string;
  readonly server: string;
  readonly client: string;
}

/**
 * Boots a virtual machine with two soft-RoCE devices, and runs the suite's entry script with one command on each.
 *
 * @param ports control ports on which the server listens when it is ready
 * @throws when the guest does not come to its end
 */
export async function runOnSoftRoce(
  pods: { readonly server: GuestPod; readonly client: GuestPod },
  ports: readonly number[],
): Promise<GuestRun> {
  const folder = mkdtempSync(join(tmpdir(), 'dynamo-bench-rdma-'));
  const write = (path: string, text: string, mode = 0o644) => {
    const file = join(folder, 'root', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  };
  try {
    mkdirSync(join(folder, 'root', FOLDER), { recursive: true });
    for (const script of readdirSync(SCRIPTS))
      copyFileSync(join(SCRIPTS, script), join(folder, 'root', FOLDER, script));
    for (const [name, pod] of Object.entries(pods)) {
      for (const [file, text] of Object.entries(pod.files)) write(join(FOLDER, file), text);
      write(`pods/${name}/start`, startScript(pod), 0o755);
    }
    write('pods/server/ready', `#!/bin/sh\nexec sh ${FOLDER}/listening.sh ${ports.join(' ')}\n`, 0o755);
    await execa(RUN, [folder], { env: { DYNAMO_BENCH_GUEST_LIMIT: String(GUEST_LIMIT) } });
    const log = (name: string) => readFileSync(join(folder, `${name}.log`), 'utf8');
    return { console: log('console'), server: log('server'), client: log('client') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function startScript({ before, command, environment }: GuestPod): string {
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}`);
  const entry = ['exec sh', `${FOLDER}/entry.sh`, ...command.map(quoted)].join(' ');
  return ['#!/bin/sh', ...exports, ...(before ? [before] : []), entry, ''].join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

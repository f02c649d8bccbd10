import assert from 'node:assert/strict';
import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRankLog } from '../../../suite/tools/common/log-lines.js';
import { mappedLibraries, mappedVersions } from '../../../suite/tools/common/mapped-libraries.js';
import { isolated } from '../../support/environment.js';

const manifest = (name: string) => fileURLToPath(new URL(`../../../../manifests/${name}`, import.meta.url));
const script = (name: string) => manifest(`scripts/${name}`);
const run = (args: string[], env: Record<string, string> = {}) =>
  isolated('sh', [script('entry.sh'), ...args], { env, reject: false, all: true });

describe('entry script of a rank', () => {
  it('exits with the tool’s own code and frames the counters around its output', async () => {
    const { exitCode, all } = await run(['sh', '-c', 'echo row; exit 7']);
    assert.equal(exitCode, 7);
    const log = readRankLog(all);
    assert.deepEqual(log.toolLines.filter(Boolean), ['row']);
    assert.equal(log.complete, true);
    const loopback = log.counters.filter(({ device }) => device === 'net/lo');
    assert.deepEqual(
      loopback.map(({ when }) => when),
      ['before', 'after'],
    );
    assert.ok(Number.isInteger(loopback[0]?.counters.tx_bytes));
  });

  it('reports a crash as the shell does: 128 plus the signal', async () => {
    assert.equal((await run(['sh', '-c', 'kill -SEGV $$'])).exitCode, 139);
    assert.equal((await run(['no-such-tool'])).exitCode, 127);
  });

  it('runs a process for each device, with the port of each, and keeps their outputs apart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dynamo-bench-test-'));
    try {
      const env = {
        DYNAMO_BENCH_DEVICES: 'nic0:1 nic1:1',
        DYNAMO_BENCH_FIRST_PORT: '13337',
        DYNAMO_BENCH_OUTPUT: folder,
      };
      const { all } = await run(['sh', '-c', 'echo "$UCX_NET_DEVICES $*"', 'tool'], env);
      const { processes } = readRankLog(all);
      assert.deepEqual([...processes.values()], [['nic0:1 -p 13337'], ['nic1:1 -p 13338']]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Shells that an image may have as /bin/sh, as far as this machine has them. */
const SHELLS = [['dash'], ['bash'], ['bash', '--posix'], ['busybox', 'ash']].filter(([program = '']) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }),
);

/** Maps the files named by its arguments for so many seconds, then exits with a code. */
const MAPPER = `
import mmap, sys, time
seconds, code, *files = sys.argv[1:]
opened = [open(file, 'rb') for file in files]
maps = [mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) for file in opened]
time.sleep(float(seconds))
sys.exit(int(code))
`;

/** Seconds in which the script takes its first samples, also on a busy machine. */
const LONG = '4';

for (const [shell = '', ...shellOptions] of SHELLS) {
  describe(`entry script of a rank in ${[shell, ...shellOptions].join(' ')}`, () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'dynamo-bench-test-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const start = (args: string[], env: Record<string, string> = {}) =>
      isolated(shell, [...shellOptions, script('entry.sh'), ...args], { env, reject: false, all: true });
    const file = (path: string, text = 'x') => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
      return join(folder, path);
    };

    /** Starts a tool and sends signals to the script, the first one as soon as the tool has printed `up`. */
    async function stopped(tool: string, signals: readonly NodeJS.Signals[] = ['SIGTERM'], env = {}) {
      const child = start(['sh', '-c', tool], env);
      await new Promise<void>((resolve) =>
        child.all.on('data', (chunk: Buffer) => chunk.toString().includes('up') && resolve()),
      );
      const asked = performance.now();
      for (const signal of signals) {
        child.kill(signal);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      const { exitCode, all } = await child;
      const log = readRankLog(all);
      assert.equal(log.complete, true);
      assert.ok(log.counters.some(({ when }) => when === 'after'));
      assert.equal(/"exitCode":(\d+)}$/.exec(all)?.[1], String(exitCode), 'the same in the last frame');
      // Shells print "Terminated" and "Killed" for processes that they have started.
      const after = log.timeline
        .filter(({ afterStop, text }) => afterStop && !/^$|Terminated|Killed/.test(text))
        .map(({ text }) => text);
      return {
        exitCode,
        seconds: (performance.now() - asked) / 1000,
        log,
        after,
        frames: all.split('"stop"').length - 1,
      };
    }

    it('passes SIGTERM on, marks what came after it, and exits with the tool’s code', async () => {
      const { exitCode, after, log, frames } = await stopped(
        'trap "echo Ctrl-C received, exiting...; exit 5" TERM; echo up; while :; do sleep 0.1; done',
      );
      assert.equal(exitCode, 5);
      assert.deepEqual(after, ['Ctrl-C received, exiting...']);
      assert.equal(log.timeline.find(({ text }) => text === 'up')?.afterStop, false);
      assert.equal(frames, 1);
    });

    it('does not start the tool when SIGTERM comes before it', async () => {
      // The script waits in this counter until somebody writes to it.
      const counter = file('sys/class/net/eth0/statistics/rx_bytes');
      rmSync(counter);
      await isolated('mkfifo', [counter]);
      const child = start(['echo', 'started'], { DYNAMO_BENCH_ROOT: folder });
      await new Promise((resolve) => child.all.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, 300));
      child.kill('SIGTERM');
      const writer = openSync(counter, constants.O_RDWR);
      try {
        renameSync(file('counter', '5\n'), counter);
        writeSync(writer, '5\n');
        const { exitCode, all } = await child;
        assert.equal(exitCode, 143);
        const log = readRankLog(all);
        assert.equal(log.complete, true);
        assert.deepEqual(log.toolLines.filter(Boolean), []);
      } finally {
        closeSync(writer);
      }
    });

    it('kills a tool that ignores SIGTERM after 3 s, within the grace of the pod', async () => {
      const { exitCode, seconds } = await stopped("trap '' TERM; echo up; while :; do sleep 0.1; done");
      assert.equal(exitCode, 137);
      const grace = /terminationGracePeriodSeconds: (\d+)/.exec(readFileSync(manifest('rank-pod.yaml'), 'utf8'))?.[1];
      assert.ok(seconds > 2.8 && seconds < Number(grace), `${seconds} s`);
    });

    it('needs one signal, and more do no harm', async () => {
      const { exitCode, frames } = await stopped('trap "sleep 1; exit 0" TERM; echo up; while :; do sleep 0.1; done', [
        'SIGTERM',
        'SIGTERM',
        'SIGINT',
      ]);
      assert.equal(exitCode, 0);
      assert.equal(frames, 1);
    });

    it('ends the program of a tool that is a script, and waits for it', async () => {
      const program = 'trap "sleep 0.5; echo program ended; exit 0" TERM; echo up; while :; do sleep 0.1; done';
      const { after, exitCode } = await stopped(`sh -c '${program}'; echo not reached`);
      assert.deepEqual(after, ['program ended']);
      assert.equal(exitCode, 143);
    });

    // Only bash takes functions from the environment, and not in its POSIX mode.
    if (shell === 'bash' && shellOptions.length === 0) {
      it('sends SIGTERM once to each process: the second one ends nixlbench at once', async () => {
        const sent = join(folder, 'sent');
        const program = 'echo up; while :; do sleep 0.1; done';
        await stopped(`sh -c '${program}'; echo not reached`, ['SIGTERM'], {
          'BASH_FUNC_kill%%': `() { [ "$1" != -TERM ] || printf '%s\\n' "$*" >> ${sent}; builtin kill "$@"; }`,
        });
        const [first = ''] = readFileSync(sent, 'utf8').split('\n');
        const processes = first.split(' ').slice(1);
        assert.ok(processes.length >= 2, first);
        assert.equal(new Set(processes).size, processes.length, first);
      });
    }

    it('names the libraries that the tool has mapped, with their versions', async () => {
      const wheel = 'site packages';
      const files = [
        file(`${wheel}/.nixl_cu12.mesonpy.libs/libnixl.so`),
        file(`${wheel}/.nixl_cu12.mesonpy.libs/plugins/libplugin_UCX.so`),
        // As in wheels: bytes of a number directly before the version, and versions of other things.
        file(
          `${wheel}/nixl_cu12.libs/libucp-b39b3ed9.so.0.0.0`,
          '\0GLIBC_2.2.5\0A1.23.0\0GCC: (GNU) 9.4.0\0libm.so.1.0.0\0',
        ),
        file('lib/libfabric.so.1.29.1', 'FI_MSWAP\x002.3.1amzn4.0\x00127.0.0.1\x00'),
        file('lib/libefa.so.1'),
        file('lib/a"b\\c/libuct.so.0'),
        file('lib/libz.so.1'),
      ];
      mkdirSync(join(folder, wheel, 'nixl_cu12-1.4.1.dist-info'));
      // The tool is a script that runs the program.
      const { all } = await start(['sh', '-c', 'python3 "$@"; exit $?', 'tool', '-c', MAPPER, LONG, '0', ...files]);
      const log = readRankLog(all);
      assert.deepEqual(log.toolLines.filter(Boolean), []);
      const mapped = mappedLibraries(log);
      assert.deepEqual(mapped.map(({ file }) => file).sort(), files.slice(0, 5).sort());
      assert.deepEqual(mappedVersions(mapped), { nixl: '1.4.1', ucx: '1.23.0', libfabric: '2.3.1amzn4.0' });
      assert.deepEqual(log.plugins, [], 'only after a failure');
    });

    it('keeps each frame shorter than the lines that container runtimes split', async () => {
      const files = Array.from({ length: 80 }, (_, i) => file(`${'x'.repeat(60)}/libuct_${i}.so`));
      const { all } = await start(['python3', '-c', MAPPER, LONG, '0', ...files]);
      assert.equal(readRankLog(all).libraries.length, 80);
      assert.ok(Math.max(...all.split('\n').map((line) => line.length)) < 4096);
    });

    it('lists the plug-ins after a failure: those of NIXL_PLUGIN_DIR, or else those beside libnixl', async () => {
      const library = file('nixl/libnixl.so.1');
      file('nixl/plugins/libplugin_UCX.so');
      file('own/libplugin_LIBFABRIC.so');
      file('own/readme');
      const plugins = async (env: Record<string, string>, seconds = '0.1') => {
        const { all } = await start(['python3', '-c', MAPPER, seconds, '1', library], env);
        return readRankLog(all).plugins.map(({ folder: path, files, missing }) => [path, files, missing]);
      };
      assert.deepEqual(await plugins({}, LONG), [[join(folder, 'nixl/plugins'), ['libplugin_UCX.so'], undefined]]);
      const own = join(folder, 'own');
      assert.deepEqual(await plugins({ NIXL_PLUGIN_DIR: own }), [[own, ['libplugin_LIBFABRIC.so'], undefined]]);
      const none = join(folder, 'none');
      assert.deepEqual(await plugins({ NIXL_PLUGIN_DIR: none }), [[none, [], true]]);
    });

    // busybox contains the other programs.
    if (shell !== 'busybox') {
      it('needs no program but cat and sleep', async () => {
        const tools = join(folder, 'bin');
        mkdirSync(tools);
        for (const program of ['cat', 'sleep']) symlinkSync(`/bin/${program}`, join(tools, program));
        const [program = ''] = (await isolated('sh', ['-c', `command -v ${shell}`])).stdout.split('\n');
        const library = file('libfabric.so.1.29.1', '\x002.3.1\x00');
        const python = (await isolated('python3', ['-c', 'import sys; print(sys.executable)'])).stdout;
        const { all, exitCode } = await isolated(
          program,
          [...shellOptions, script('entry.sh'), python, '-c', MAPPER, LONG, '3', library],
          { env: { PATH: tools }, reject: false, all: true },
        );
        assert.equal(exitCode, 3);
        const log = readRankLog(all);
        assert.deepEqual(log.toolLines.filter(Boolean), []);
        assert.deepEqual(mappedVersions(mappedLibraries(log)), { libfabric: 'libfabric.so.1.29.1' });
      });
    }
  });
}

describe('entry script of a rank in a pod with its own network namespace', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'dynamo-bench-test-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function file(path: string, text = ''): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  /** An EFA device as a kernel shows it: by a link to its place below the PCI device, where its uverbs node is too. */
  function efaDevice(sysfs: string, name: string, uverbs: string, counters: Readonly<Record<string, string>>): void {
    const device = `${sysfs}/devices/pci0000:44/${name}`;
    mkdirSync(join(root, device, 'infiniband_verbs', uverbs), { recursive: true });
    mkdirSync(join(root, device, 'infiniband', name, 'ports/1'), { recursive: true });
    symlinkSync('../..', join(root, device, 'infiniband', name, 'device'));
    for (const [counter, value] of Object.entries(counters)) {
      file(`${device}/infiniband/${name}/ports/1/hw_counters/${counter}`, value);
    }
    mkdirSync(join(root, sysfs, 'class/infiniband'), { recursive: true });
    symlinkSync(`../../devices/pci0000:44/${name}/infiniband/${name}`, join(root, sysfs, 'class/infiniband', name));
  }

  async function devicesRead(): Promise<string[]> {
    const { all } = await run(['true'], { DYNAMO_BENCH_ROOT: root });
    const before = readRankLog(all).counters.filter(({ when }) => when === 'before');
    return before.map(({ device, counters }) => `${device} ${Object.values(counters).join(' ')}`);
  }

  it('reads EFA devices in the node’s /sys and interfaces in its own', async () => {
    efaDevice('sys', 'rdmap79s0', 'uverbs0', {});
    efaDevice('host/sys', 'rdmap79s0', 'uverbs0', { rx_bytes: '7\n' });
    file('sys/class/net/eth0/statistics/rx_bytes', '5\n');
    file('host/sys/class/net/ens5/statistics/rx_bytes', '9\n');
    file('dev/infiniband/uverbs0');
    assert.deepEqual(await devicesRead(), ['infiniband/rdmap79s0 7', 'net/eth0 5']);
  });

  it('leaves out the devices of other pods', async () => {
    for (const [name, uverbs] of [
      ['rdmap79s0', 'uverbs0'],
      ['rdmap80s0', 'uverbs1'],
      ['rdmap81s0', 'uverbs10'],
    ] as const) {
      efaDevice('host/sys', name, uverbs, { rx_bytes: '7\n' });
    }
    file('dev/infiniband/uverbs1');
    assert.deepEqual(await devicesRead(), ['infiniband/rdmap80s0 7']);
  });

  it('knows the own device of a driver without hardware, whose uverbs node is not below it', async () => {
    for (const [name, uverbs] of [
      ['rxe0', 'uverbs0'],
      ['rxe1', 'uverbs1'],
    ] as const) {
      const device = `host/sys/devices/virtual/infiniband/${name}`;
      file(`${device}/ports/1/hw_counters/sent_pkts`, '7\n');
      mkdirSync(join(root, 'host/sys/class/infiniband'), { recursive: true });
      symlinkSync(`../../devices/virtual/infiniband/${name}`, join(root, 'host/sys/class/infiniband', name));
      file(`host/sys/class/infiniband_verbs/${uverbs}/ibdev`, `${name}\n`);
    }
    file('dev/infiniband/uverbs1');
    assert.deepEqual(await devicesRead(), ['infiniband/rxe1 7']);
  });

  it('reads all devices where it cannot see which ones it was given', async () => {
    efaDevice('host/sys', 'rdmap79s0', 'uverbs0', { rx_bytes: '7\n' });
    efaDevice('host/sys', 'rdmap80s0', 'uverbs1', { rx_bytes: '8\n' });
    assert.deepEqual(await devicesRead(), ['infiniband/rdmap79s0 7', 'infiniband/rdmap80s0 8']);
  });

  it('reads its own /sys where a node has no such devices', async () => {
    file('sys/class/net/eth0/statistics/rx_bytes', '5\n');
    file('host/sys/class/net/ens5/statistics/rx_bytes', '9\n');
    assert.deepEqual(await devicesRead(), ['net/eth0 5']);
  });
});

describe('listening script', () => {
  it('succeeds when all ports are listened on, without connecting', async () => {
    let connections = 0;
    const server = createServer(() => connections++).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    try {
      assert.equal((await isolated('sh', [script('listening.sh'), String(port)], { reject: false })).exitCode, 0);
      assert.equal((await isolated('sh', [script('listening.sh'), String(port), '1'], { reject: false })).exitCode, 1);
      assert.equal(connections, 0);
    } finally {
      server.close();
    }
  });
});

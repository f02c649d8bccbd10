import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readProbe } from '../../../suite/cluster/probe.js';
import { environment, isolated } from '../../support/environment.js';

const path = (name: string) => fileURLToPath(new URL(`../../../../${name}`, import.meta.url));
const text = (name: string) => readFileSync(path(`images/nixl-aligned/${name}`), 'utf8');

const SETS = readdirSync(path('images/nixl-aligned/versions')).map((file) => file.replace(/\.env$/, ''));

/** Reads a file of versions: `NAME=value` lines. */
function versionsOf(set: string): Record<string, string> {
  const lines = text(`versions/${set}.env`).split('\n');
  const entries = lines.flatMap((line) => {
    const [, name, value] = /^([A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value?.replace(/^'(.*)'$/, '$1') ?? '']];
  });
  return Object.fromEntries(entries);
}

/** Reads the tables of the README: the cells of a row by its first cell and the heading of the column, without backquotes. */
function tableCell(row: string, column: string): string | undefined {
  let headings: string[] = [];
  for (const line of text('README.md').split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim().replaceAll('`', ''));
    if (cells.length < 3) headings = [];
    else if (headings.length === 0) headings = cells;
    else if (cells[1] === row) return cells[headings.indexOf(column)];
  }
  return undefined;
}

describe('recipe of the image of the ranks', () => {
  it('names the same versions in the files, the README and the Dockerfile', () => {
    assert.ok(SETS.length >= 2);
    const rows: Readonly<Record<string, string>> = {
      'Base image': 'BASE_IMAGE',
      CUDA: 'CUDA_VERSION',
      'NIXL, nixlbench': 'NIXL_VERSION',
      UCX: 'UCX_VERSION',
      libfabric: 'LIBFABRIC_VERSION',
      'EFA installer (rdma-core)': 'EFA_INSTALLER_VERSION',
      'GDRCopy (library)': 'GDRCOPY_VERSION',
      'etcd client for C++': 'ETCD_CPP_API_REF',
      ucx: 'UCX_VERSION',
      nixl: 'NIXL_VERSION',
      nixlbench: 'NIXLBENCH_PROBE',
      'efa-installer': 'EFA_INSTALLER_VERSION',
    };
    for (const set of SETS) {
      const versions = versionsOf(set);
      for (const [row, name] of Object.entries(rows))
        assert.equal(tableCell(row, set), versions[name], `${row} ${set}`);
      assert.ok(text('Dockerfile').includes(`\nFROM ${versions.BASE_IMAGE} AS base-${set}\n`), set);
      assert.ok(versions.BASE_IMAGE?.includes(`cuda${versions.CUDA_VERSION}-`), set);
      assert.equal(versions.UCX_REF?.replace(/^v/, ''), versions.UCX_VERSION);
      assert.equal(versions.NIXL_REF?.replace(/^v/, ''), versions.NIXL_VERSION);
    }
    const [, fallback] = /^ARG VERSIONS=(.*)$/m.exec(text('Dockerfile')) ?? [];
    assert.ok(fallback && SETS.includes(fallback));
  });

  it('has all names in all files, and a layer for every script', () => {
    const names = SETS.map((set) => Object.keys(versionsOf(set)).sort());
    for (const other of names) assert.deepEqual(other, names[0]);
    const scripts = readdirSync(path('images/nixl-aligned/install')).filter((name) => name !== 'common.sh');
    const layers = [...text('Dockerfile').matchAll(/^RUN bash \/etc\/nixl-aligned\/install\/(.*)$/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual(layers.toSorted(), scripts.toSorted());
  });

  it('passes hadolint and shellcheck', async function () {
    this.timeout(180_000);
    const tool = async (name: string) =>
      (await isolated(path('local/test-packages.sh'), [name], { env: process.env })).stdout;
    const [hadolint, shellcheck] = [await tool('hadolint'), await tool('shellcheck')];
    await isolated(hadolint, [
      '--failure-threshold',
      'warning',
      path('Dockerfile'),
      path('images/nixl-aligned/Dockerfile'),
    ]);
    const folder = path('images/nixl-aligned');
    const install = readdirSync(join(folder, 'install')).map((name) => join(folder, 'install', name));
    const rdma = ['build.sh', 'run.sh', 'guest/init', 'guest/pod', 'guest/cable.sh'].map((name) =>
      path(`local/rdma/${name}`),
    );
    await isolated(shellcheck, ['-x', '-P', 'SCRIPTDIR', join(folder, 'check.sh'), ...install, ...rdma]);
  });
});

describe('check of the image of the ranks', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dynamo-bench-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function file(name: string, content: string, mode = 0o644): void {
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, name), content);
    chmodSync(join(folder, name), mode);
  }

  /** Programs that print what those of the image print. */
  function programs(versions: Readonly<Record<string, string>>): void {
    const print = (name: string, output: string) => file(`bin/${name}`, `#!/bin/sh\ncat <<'X'\n${output}\nX\n`, 0o755);
    print('ucx_info', `# Library version: ${versions.UCX_VERSION}\n# Library path: /usr/local/lib/libucs.so.0`);
    print(
      'fi_info',
      `fi_info: ${versions.LIBFABRIC_VERSION}\nlibfabric: ${versions.LIBFABRIC_VERSION}\nlibfabric api: 2.5`,
    );
    print('pkg-config', versions.NIXL_VERSION ?? '');
    print('nixlbench', '--etcd_endpoints');
    print('ldd', '\tlibcuda.so.1 => not found');
    // The probe asks Python first, which has no package of NIXL in this image.
    file('bin/python3', '#!/bin/sh\nexit 1\n', 0o755);
    for (const program of ['ucx_perftest', 'fi_pingpong']) print(program, '');
    file('efa', `# EFA installer version: ${versions.EFA_INSTALLER_VERSION}\n`);
    for (const plugin of ['UCX', 'LIBFABRIC']) file(`libplugin_${plugin}.so`, '');
  }

  const settings = (set: string) => ({
    ...environment({ PATH: `${join(folder, 'bin')}:${process.env.PATH}` }),
    NIXL_ALIGNED_VERSIONS: path(`images/nixl-aligned/versions/${set}.env`),
    NIXL_PLUGIN_DIR: folder,
    EFA_PACKAGES: join(folder, 'efa'),
    DYNAMO_BENCH_ETCD_HOST: 'localhost',
  });
  const check = (set: string) =>
    isolated('sh', [path('images/nixl-aligned/check.sh')], { env: settings(set), reject: false });

  for (const set of SETS) {
    it(`prints for ${set} what the probe of a suite finds`, async () => {
      programs(versionsOf(set));
      const { exitCode, stdout } = await check(set);
      assert.equal(exitCode, 0, stdout);
      const probe = await isolated('sh', [path('manifests/scripts/probe.sh')], { env: settings(set) });
      const { versions } = readProbe(probe.stdout, 'node', 'image');
      for (const name of ['ucx', 'libfabric', 'nixl']) {
        assert.ok(stdout.split('\n').includes(`${name}: ${versions[name]}`), `${name}: ${versions[name]}\n${stdout}`);
        assert.equal(tableCell(name, set), versions[name]);
      }
    });
  }

  it('names every version that differs, a missing plug-in and a library that cannot be loaded', async () => {
    programs({ ...versionsOf('0.7.1'), UCX_VERSION: '1.16.0' });
    rmSync(join(folder, 'libplugin_UCX.so'));
    file('bin/ldd', "#!/bin/sh\necho '\tlibfabric.so.1: version `FABRIC_1.10'\"'\"' not found'\n", 0o755);
    const { exitCode, stdout } = await check('0.7.1');
    assert.equal(exitCode, 1);
    const failed = stdout.split('\n').filter((line) => line.startsWith('FAILED'));
    assert.deepEqual(failed.length, 3, stdout);
    assert.equal(failed[0], 'FAILED ucx: expected 1.19.0');
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readProbe } from '../../../suite/cluster/probe.js';
import { probeLogDamage } from '../../../suite/cluster/probe-log.js';
import { REDACTED, redactEnvironment } from '../../../suite/secrets/redact.js';
import { isolated } from '../../support/environment.js';
import { FORBIDDEN, PLAIN_NAMES, PLAIN_SECRET, SECRET_NAMES, SECRET_VALUES } from '../../support/secrets.js';

const PROBE = fileURLToPath(new URL('../../../../manifests/scripts/probe.sh', import.meta.url));

/** Variables that a shell or the probe needs itself. */
const OF_SHELL = /^(?:PATH|PWD|OLDPWD|HOME|LD_PRELOAD|NIXL_PLUGIN_DIR)$/;

describe('the probe script', () => {
  it('prints a whole log, with and without tools and plug-ins', async () => {
    const logOf = async (env: Record<string, string>, tools: string[]) =>
      (await isolated('sh', [PROBE, ...tools], { env: { DYNAMO_BENCH_ETCD_HOST: 'localhost', ...env } })).stdout;
    assert.equal(probeLogDamage(await logOf({}, [])), undefined);
    const tools = ['nixlbench', 'cat', '--help'];
    assert.equal(probeLogDamage(await logOf({ NIXL_PLUGIN_DIR: '/none' }, tools)), undefined);
  });

  it('hides secrets before they are printed, further lines of them too', async () => {
    const env = { A_TOKEN: 'first-secret\nsecond-secret', FI_PROVIDER: 'efa', LINES: 'one\ntwo' };
    const { stdout } = await isolated('sh', [PROBE], {
      env: { ...env, DYNAMO_BENCH_ETCD_HOST: 'localhost' },
    });
    assert.doesNotMatch(stdout, /first-secret|second-secret/);
    const { environment, ipcLock } = readProbe(stdout, 'n', '');
    assert.equal(typeof ipcLock, process.platform === 'linux' ? 'boolean' : 'undefined', 'where there is /proc');
    assert.equal(environment.FI_PROVIDER, 'efa');
    assert.equal(environment.A_TOKEN, REDACTED);
    assert.match(stdout, /^LINES=one\ntwo$/m);
  });

  it('hides the secrets that the filter of the suite hides, and nothing that it shows', async () => {
    const plain = PLAIN_NAMES.filter((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !OF_SHELL.test(name));
    const secrets = {
      ...Object.fromEntries(SECRET_NAMES.map((name) => [name, PLAIN_SECRET])),
      ...Object.fromEntries(Object.values(SECRET_VALUES).map((value, i) => [`V${i}`, value])),
    };
    const { stdout } = await isolated('sh', [PROBE], {
      env: {
        DYNAMO_BENCH_ETCD_HOST: 'localhost',
        ...secrets,
        ...Object.fromEntries(plain.map((name) => [name, 'shown'])),
      },
    });
    assert.deepEqual(
      stdout.split('\n').filter((line) => FORBIDDEN.test(line)),
      [],
    );
    const shown = new Set(stdout.split('\n'));
    assert.deepEqual(
      plain.filter((name) => !shown.has(`${name}=shown`)),
      [],
    );
  });

  it('shows paths that only look like tokens from the middle of a word', async () => {
    const env = {
      PLUGINS: '/opt/glibc-2.39/lib/x86_64-linux-gnu/nixl/plugins',
      SCRATCH: '/mnt/disk-0123456789abcdefghijk/scratch',
      LIBRARIES: '/usr/lib/opengl_0123456789012345678901234567890123456789',
    };
    assert.deepEqual(redactEnvironment(env), env);
    const { stdout } = await isolated('sh', [PROBE], { env: { DYNAMO_BENCH_ETCD_HOST: 'localhost', ...env } });
    const { environment } = readProbe(stdout, 'n', '');
    for (const [name, value] of Object.entries(env)) assert.equal(environment[name], value);
  });

  it('lists the plug-ins in NIXL_PLUGIN_DIR, and nothing when the variable is not set', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'probe-'));
    try {
      for (const name of ['libplugin_UCX.so', 'readme']) await writeFile(join(folder, name), '');
      const plugins = async (env: Record<string, string>) => {
        const { stdout } = await isolated('sh', [PROBE], { env: { DYNAMO_BENCH_ETCD_HOST: 'localhost', ...env } });
        return readProbe(stdout, 'n', '').plugins;
      };
      assert.deepEqual(await plugins({ NIXL_PLUGIN_DIR: folder }), { folder, files: ['libplugin_UCX.so'] });
      const none = join(folder, 'none');
      assert.deepEqual(await plugins({ NIXL_PLUGIN_DIR: none }), { folder: none, files: [], missing: true });
      assert.equal(await plugins({}), undefined);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('waits for a name that the cluster DNS learns a moment later', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'probe-'));
    try {
      // Knows the host from the third question on.
      const getent = `#!/bin/sh\necho >> ${folder}/asked\n[ "$(wc -l < ${folder}/asked)" -ge 3 ] && echo '10.96.0.7 STREAM etcd'\n`;
      await writeFile(join(folder, 'getent'), getent, { mode: 0o755 });
      const { stdout } = await isolated('sh', [PROBE], {
        env: { PATH: `${folder}:${process.env.PATH}`, DYNAMO_BENCH_ETCD_HOST: 'etcd' },
      });
      assert.deepEqual(readProbe(stdout, 'n', '').etcdAddresses, ['10.96.0.7']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

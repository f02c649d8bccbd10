import assert from 'node:assert/strict';
import { memlockText, probeProblems, readProbe } from '../../../../suite/cluster/probe.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import { nixlbenchHelp } from '../../../support/nixlbench-help.js';

const spec = parseSpec({
  name: 's',
  tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC', progressThreads: 2 }],
});

function log(changes: Record<string, string> = {}): string {
  const sections: Record<string, string> = {
    memlock: 'unlimited',
    meminfo: 'HugePages_Free:     2560',
    environment: 'PATH=/bin\nFI_PROVIDER=efa',
    'fi-info-present': 'yes',
    'fi-info-efa': Array.from({ length: 32 }, (_, i) => `provider: efa\n    domain: rdmap${i}-rdm`).join('\n'),
    libfabric: 'fi_info: 2.3.0\nlibfabric: 2.3.0',
    ucx: '# Library version: 1.19.0',
    'getent-present': 'yes',
    'etcd-host': '10.0.0.1  STREAM etcd',
    'nixlbench-help': nixlbenchHelp('progress_threads'),
    ...changes,
  };
  return Object.entries(sections)
    .map(([name, text]) => `@@dynamo-bench section ${name}\n${text}`)
    .join('\n');
}

const probe = (node: string, changes: Record<string, string> = {}) => readProbe(log(changes), node, 'sha256:1');
const problems = (...probes: ReturnType<typeof probe>[]) =>
  probeProblems(spec, probes, 'http://etcd:2379').map(({ subject, message }) => `${subject}: ${message}`);

describe('probe of the image', () => {
  it('reads what the pod printed', () => {
    const facts = probe('a');
    assert.equal(facts.efaDomains, 32);
    assert.deepEqual(facts.versions, {
      ucx: '1.19.0',
      libfabric: '2.3.0',
      nixlbench: '0.6.0 or later, before 0.10.0',
    });
    assert.equal(facts.hugepagesFree, 2560);
    assert.deepEqual(facts.etcdAddresses, ['10.0.0.1']);
  });

  it('finds nothing wrong with two equal nodes', () => {
    assert.deepEqual(problems(probe('a'), probe('b')), []);
  });

  const bad: readonly [string, Record<string, string>, RegExp][] = [
    [
      'no EFA device in the pod',
      { 'fi-info-efa': 'fi_getinfo: -61' },
      /image on b: `fi_info -p efa` finds no EFA device/,
    ],
    ['a different NIC count', { 'fi-info-efa': 'domain: rdmap0' }, /pair: EFA devices differ: a 32, b 1/],
    ['limited memlock', { memlock: '64' }, /memlock is limited to 64 kB/],
    [
      'limited memlock where the user of the image has no capabilities',
      { memlock: '64', capabilities: 'CapEff:\t0000000000000000' },
      /memlock is limited to 64 kB, and the capability IPC_LOCK is not in effect/,
    ],
    ['an etcd host that does not resolve', { 'etcd-host': '' }, /etcd host of http:\/\/etcd:2379 does not resolve/],
    [
      'NIXL_ETCD_ENDPOINTS in the image',
      { environment: 'NIXL_ETCD_ENDPOINTS=http://x' },
      /sets NIXL_ETCD_ENDPOINTS=http:\/\/x/,
    ],
    ['another UCX', { ucx: '# Library version: 1.16.0' }, /ucx versions differ: a 1\.19\.0, b 1\.16\.0/],
    ['an image without nixlbench', { 'nixlbench-help': '' }, /`nixlbench --help` printed nothing/],
    [
      'an option that nixlbench does not know',
      { 'nixlbench-help': '    -backend (x)' },
      /test lf: nixlbench in this image lacks .*--progress_threads/,
    ],
  ];
  for (const [what, changes, expected] of bad) {
    it(`reports ${what}`, () => {
      assert.ok(
        problems(probe('a'), probe('b', changes)).some((problem) => expected.test(problem)),
        problems(probe('a'), probe('b', changes)).join('\n'),
      );
    });
  }

  describe('with NIXL_PLUGIN_DIR', () => {
    const folder = { environment: 'NIXL_PLUGIN_DIR=/opt/plugins' };
    const found = (files: string) => {
      const facts = probe('a', { ...folder, 'nixl-plugins': files });
      return problems(facts, { ...facts, node: 'b' }).filter((problem) => problem.startsWith('image on a'));
    };

    it('reports the back end of a test without a plug-in there, and what is there', () => {
      assert.deepEqual(found('libplugin_POSIX.so\nlibplugin_UCX.so'), [
        'image on a: test lf needs libplugin_LIBFABRIC.so, but NIXL_PLUGIN_DIR is /opt/plugins, which contains libplugin_POSIX.so, libplugin_UCX.so',
      ]);
      assert.match(found('').join(), /which contains no plug-ins$/);
      assert.match(found('missing').join(), /which does not exist$/);
      assert.deepEqual(found('libplugin_LIBFABRIC.so'), []);
    });

    it('says nothing of a test that names another folder, or when the variable is not set', () => {
      const elsewhere = parseSpec({
        name: 's',
        tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC', env: { NIXL_PLUGIN_DIR: '/other' } }],
      });
      const facts = probe('a', { ...folder, 'nixl-plugins': '' });
      assert.deepEqual(probeProblems(elsewhere, [facts, { ...facts, node: 'b' }], 'http://etcd:2379'), []);
      assert.equal(probe('a').plugins, undefined);
    });
  });

  it('does not mind limited memlock where IPC_LOCK is in effect, and says so', () => {
    const locks = { memlock: '64', capabilities: 'CapEff:\t00000000a80465fb' };
    const lacks = { memlock: '64', capabilities: 'CapEff:\t00000000a80425fb' };
    assert.deepEqual(problems(probe('a', locks), probe('b', locks)), []);
    assert.equal(problems(probe('a', lacks), probe('b', locks)).length, 1, 'the capabilities that a runtime gives');
    assert.equal(memlockText(probe('a', locks)), '64 kB, which IPC_LOCK lifts');
    assert.equal(memlockText(probe('a')), 'unlimited');
  });

  it('does not blame an image that lacks fi_info or getent', () => {
    const bare = {
      'fi-info-present': 'no',
      'fi-info-efa': 'sh: fi_info: not found',
      'getent-present': 'no',
      'etcd-host': '',
    };
    assert.deepEqual(problems(probe('a', bare), probe('b', bare)), []);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readProbe } from '../../../../suite/cluster/probe.js';
import { provenanceOf } from '../../../../suite/record/provenance.js';
import type { SetupRecord } from '../../../../suite/record/record.js';
import { SUITE_VERSION } from '../../../../suite/run/version.js';
import { REDACTED, redactEnvironment, redactText } from '../../../../suite/secrets/redact.js';

const root = new URL('../../../../../', import.meta.url);

const setup: SetupRecord = {
  problems: [],
  pair: { node1: 'a', node2: 'b' },
  nodes: ['a', 'b'].map((name) => ({
    name,
    instanceType: 'p5.48xlarge',
    zone: 'z',
    kubeletVersion: 'k',
    osImage: 'o',
    kernelVersion: '6.1',
    topology: { 'topology.kubernetes.io/region': 'r' },
    allocatable: {},
    free: {},
  })),
  devicePlugins: [{ name: 'n', namespace: 's', image: 'plugin:2', desired: 1, ready: 1 }],
  probes: ['a', 'b'].map((node) => ({
    node,
    imageId: `sha256:${node}`,
    memlock: 'unlimited',
    versions: { ucx: '1.20.0' },
    drivers: { efa: '2.15' },
    environment: { FI_PROVIDER: 'efa', FROM_IMAGE: 'yes' },
  })),
};

describe('provenance', () => {
  it('has the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };
    assert.equal(SUITE_VERSION, version);
  });

  it('lays what the pod sets over what the image sets, and keeps no secret', () => {
    const rank = {
      position: 'node1',
      pod: 'p',
      node: 'a',
      image: 'i',
      imageId: 'sha256:ran',
      endedBySuite: false,
      command: ['nixlbench'],
      environment: { FI_PROVIDER: 'tcp', HF_TOKEN: 'hf_1234' },
      log: { path: '', sha256: '', bytes: 0 },
    } as const;
    const { nodes, devicePlugins } = provenanceOf({ specHash: 'h', seed: 7, setup, ranks: [rank] });
    assert.deepEqual(nodes[0]?.environment, { FI_PROVIDER: 'tcp', FROM_IMAGE: 'yes', HF_TOKEN: REDACTED });
    assert.equal(nodes[0]?.imageId, 'sha256:ran');
    assert.deepEqual([nodes[1]?.name, nodes[1]?.imageId, nodes[1]?.drivers.efa], ['b', 'sha256:b', '2.15']);
    assert.deepEqual(devicePlugins, ['plugin:2']);
  });

  it('has the versions that a rank had mapped, and those of the probe for other software and nodes', () => {
    const rank = {
      position: 'node1',
      pod: 'p',
      node: 'a',
      image: 'i',
      imageId: 'sha256:ran',
      endedBySuite: false,
      command: [],
      libraries: [{ file: '/l/libucp.so.0.0.0', version: '1.22.0' }, { file: '/l/libfabric.so.1.30.0' }],
      log: { path: '', sha256: '', bytes: 0 },
    } as const;
    const probes = setup.probes.map((probe) => ({ ...probe, versions: { ucx: '1.20.0', nixl: '1.4.1' } }));
    const { nodes } = provenanceOf({ specHash: 'h', seed: 7, setup: { ...setup, probes }, ranks: [rank] });
    assert.deepEqual(nodes[0]?.versions, { ucx: '1.22.0', nixl: '1.4.1', libfabric: 'libfabric.so.1.30.0' });
    assert.deepEqual(nodes[1]?.versions, { ucx: '1.20.0', nixl: '1.4.1' });
  });

  it('redacts secrets by name and by shape, and keeps values that only resemble one', () => {
    const shown = {
      UCX_IB_PKEY_INDEX: '1',
      KEYBOARD: 'us',
      PATH: '/bin',
      FI_EFA_IFACE: 'all',
      URL: 'http://etcd:2379',
    };
    assert.deepEqual(redactEnvironment(shown), shown);
    const hidden = {
      AWS_SECRET_ACCESS_KEY: 'x',
      HF_TOKEN: 'x',
      DB_PASSWORD: 'x',
      NGC_API_KEY: 'x',
      A: 'AKIAIOSFODNN7EXAMPLE',
      B: '-----BEGIN PRIVATE KEY-----',
      C: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig',
    };
    for (const [name, value] of Object.entries(redactEnvironment(hidden))) assert.equal(value, REDACTED, name);
    assert.equal(redactText('http://user:pw@proxy:3128/'), `http://${REDACTED}@proxy:3128/`);
  });

  it('reads drivers and versions from the probe, and nothing where the image says nothing', () => {
    const section = (name: string, text: string) => `@@dynamo-bench section ${name}\n${text}\n`;
    const log = [
      section('efa-driver', '2.15.3g'),
      section(
        'nvidia-driver',
        'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.133.20  Release Build  (dvs-builder)',
      ),
      section('efa-installer', '# EFA installer version: 1.43.2'),
      section('nixl', '0.7.1'),
      section('nixlbench', 'nixlbench version 0.7.1'),
    ].join('');
    const facts = readProbe(log, 'n', '');
    assert.deepEqual(facts.drivers, { efa: '2.15.3g', nvidia: '570.133.20' });
    assert.deepEqual(facts.versions, { nixl: '0.7.1', nixlbench: '0.7.1', 'efa-installer': '1.43.2' });
    const nothing = readProbe(section('nixlbench', 'unknown flag --version'), 'n', '');
    assert.deepEqual([nothing.drivers, nothing.versions], [{}, {}]);
  });
});

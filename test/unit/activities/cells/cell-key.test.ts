import assert from 'node:assert/strict';
import type { CellDefinition } from '../../../../activities/cells/cell-definition.js';
import { cellKey, inferenceCellKey } from '../../../../activities/cells/cell-key.js';
import { parseSuite } from '../../../../suite/plan/check-suite.js';
import { podSettings } from '../../../../suite/spec/pod-settings.js';

const PAIR = { node1: 'a', node2: 'b' };
const spec = (more: object = {}, dynamo: object = {}) =>
  parseSuite({
    name: 's',
    tests: [{ name: 't', tool: 'nixlbench', backend: 'UCX' }],
    dynamo: { model: { name: 'm' }, tests: [{ name: 'load', tool: 'inference' }], ...dynamo },
    ...more,
  });

function transportKey(more: object): string {
  const suite = spec(more);
  const [test] = suite.tests;
  const cell = { test, variant: '', settings: podSettings(suite), pair: PAIR, repetition: 1, warmUp: false };
  return cellKey({ ...cell, imageIds: ['i'], fabric: {} } as CellDefinition);
}

function loadKey(dynamo: object, more: object = {}): string {
  const { dynamo: block } = spec(more, dynamo);
  assert.ok(block);
  const { tests, ...others } = block;
  const [test] = tests;
  assert.ok(test);
  const fabric = { kind: 'efa', name: 'x', nics: 1, gpus: 1, lineRate: 1 } as never;
  return inferenceCellKey({
    dynamo: others,
    test,
    point: { concurrency: 1, repetition: 1 } as never,
    pair: PAIR,
    fabric,
  });
}

const SCHEDULING = {
  metadata: { labels: { 'kueue.x-k8s.io/queue-name': 'q' } },
  spec: { schedulerName: 's', priorityClassName: 'p', imagePullSecrets: [{ name: 'x' }] },
};
const PRIVILEGED = (name: string) => ({ spec: { containers: [{ name, securityContext: { privileged: true } }] } });

describe('the key of a cell', () => {
  it('is that of a spec without a patch when the patch only schedules the pods, so that its cell is found', () => {
    assert.equal(transportKey({ pod: SCHEDULING }), transportKey({}));
    assert.equal(transportKey({ pod: {} }), transportKey({}));
    assert.equal(loadKey({ pod: SCHEDULING }), loadKey({}));
  });

  it('differs by what a patch can change in a figure', () => {
    const patches = [
      PRIVILEGED('rank'),
      { metadata: { annotations: { 'k8s.v1.cni.cncf.io/networks': 'rdma' } } },
      { spec: { runtimeClassName: 'kata', schedulerName: 's' } },
    ];
    const keys = new Set([{}, ...patches.map((pod) => ({ pod }))].map(transportKey));
    assert.equal(keys.size, patches.length + 1);
    assert.notEqual(loadKey({ pod: PRIVILEGED('main') }), loadKey({}));
  });

  it('of a load differs by NIXL’s counters, which are off by default', () => {
    assert.equal(loadKey({ transfer: { nixlTelemetry: false } }), loadKey({}));
    assert.notEqual(loadKey({ transfer: { nixlTelemetry: true } }), loadKey({}));
  });

  it('differs by the claims of devices', () => {
    const claims = [{ name: 'efa', deviceClass: 'efa.networking.k8s.aws', count: 8 }];
    assert.notEqual(transportKey({ resources: { claims } }), transportKey({ resources: { devices: [] } }));
    assert.notEqual(loadKey({ resources: { claims } }), loadKey({}));
  });
});

describe('the key of a load point', () => {
  const loadKeyOf = (dynamo: object) => loadKey(dynamo, { fabric: { kind: 'infiniband' } });

  it('is the recorded one of versions without engine.kvCacheDtype, where the engine gets the same type', () => {
    assert.equal(loadKeyOf({}), '9dafffc25424266c7b700fe8ca5342cb5028a3ec86728031b35013a8ea311c15');
    assert.equal(
      loadKeyOf({ engine: { kind: 'trtllm', kvCacheDtype: 'fp8' }, transfer: { kvCacheType: 'fp8' } }),
      'b565b2487c52af10d91516e7f28d68ed419a84907823206b8fb4566af1b30fb8',
    );
  });

  it('differs by the type that the engine gets, and by a version that is not the default of the image', () => {
    const blocks = [
      {},
      { engine: { kind: 'trtllm', kvCacheDtype: 'fp8' } },
      { transfer: { kvCacheType: 'fp8' } },
      { engine: { kind: 'trtllm', kvCacheDtype: 'fp8' }, transfer: { kvCacheType: 'fp8' } },
      { runtimeVersion: '1.7.0' },
      { image: 'other:1.6.1' },
      { image: 'other:1.6.1', runtimeVersion: '1.6.1' },
    ];
    assert.equal(new Set(blocks.map(loadKeyOf)).size, blocks.length);
  });

  it('is the same with a cache of the model', () => {
    assert.equal(loadKey({ model: { name: 'm', cache: { claim: 'models' } } }), loadKey({}));
    assert.notEqual(loadKey({ model: { name: 'n' } }), loadKey({}));
  });
});

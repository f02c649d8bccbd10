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

function loadKey(dynamo: object): string {
  const { dynamo: block } = spec({}, dynamo);
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

  it('of a load differs by NIXL’s counters, and without them is that of the version before', () => {
    // Made by the version before the key.
    assert.equal(loadKey({}), '156c65811a99e2025fbad8452c972e2dd378dd820ba7fceca404899c38559c1f');
    assert.equal(loadKey({ transfer: { nixlTelemetry: false } }), loadKey({}));
    assert.notEqual(loadKey({ transfer: { nixlTelemetry: true } }), loadKey({}));
  });

  it('differs by the claims of devices', () => {
    const claims = [{ name: 'efa', deviceClass: 'efa.networking.k8s.aws', count: 8 }];
    assert.notEqual(transportKey({ resources: { claims } }), transportKey({ resources: { devices: [] } }));
    assert.notEqual(loadKey({ resources: { claims } }), loadKey({}));
  });
});

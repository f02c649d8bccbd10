import assert from 'node:assert/strict';
import { parseSpec } from '../../../../suite/spec/spec.js';

describe('the default image of frontend and workers', () => {
  const imageOf = (engine: string, fabric: object, more: object = {}): string | undefined =>
    parseSpec({
      name: 'image',
      fabric,
      tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }],
      dynamo: { model: { name: 'm' }, engine: { kind: engine }, tests: [{ name: 'load', tool: 'inference' }], ...more },
    }).dynamo?.image;
  const efa = { kind: 'efa' };
  const ethernet = { kind: 'ethernet', interface: 'eth0', rate: '10Gbit/s' };

  it('is the one of the engine, with the libraries of the fabric', () => {
    const registry = 'nvcr.io/nvidia/ai-dynamo';
    assert.equal(imageOf('trtllm', efa), `${registry}/tensorrtllm-runtime:1.6.1-efa`);
    assert.equal(imageOf('vllm', efa), `${registry}/vllm-runtime:1.6.1-efa`);
    assert.equal(imageOf('sglang', efa), `${registry}/sglang-runtime:1.6.1-efa`);
    assert.equal(imageOf('vllm', ethernet), `${registry}/vllm-runtime:1.6.1`);
  });

  it('comes with its version, which the operator cannot read from the tag of an image for EFA', () => {
    const versionOf = (dynamo: object) =>
      parseSpec({
        name: 'image',
        tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }],
        dynamo: { model: { name: 'm' }, tests: [{ name: 'load', tool: 'inference' }], ...dynamo },
      }).dynamo?.runtimeVersion;
    assert.equal(versionOf({}), '1.6.1');
    assert.equal(versionOf({ runtimeVersion: '1.7.0' }), '1.7.0');
    assert.equal(versionOf({ image: 'mine:1.0.0' }), undefined);
  });

  it('is the one of the spec when it names one', () => {
    assert.equal(imageOf('vllm', efa, { image: 'mine:1.0.0' }), 'mine:1.0.0');
  });
});

import assert from 'node:assert/strict';
import { linkDifferences } from '../../../../suite/cluster/link-differences.js';
import { spec, texts } from '../../../support/candidates.js';

const NDR = '400 Gb/sec (4X NDR)';

/** A probe of a node whose ports have these rates; a rate with an exclamation mark belongs to a port that is down. */
const probe = (node: string, rates: readonly string[], linkLayer = 'InfiniBand') => ({
  node,
  links: rates.map((rate, i) => ({
    device: `mlx5_${i}`,
    port: 1,
    linkLayer,
    rate: rate.replace('!', ''),
    state: rate.endsWith('!') ? '1: DOWN' : '4: ACTIVE',
  })),
});

describe('the RDMA ports of the two nodes', () => {
  const infiniband = spec({ fabric: { kind: 'infiniband' } });
  const found = (a: readonly string[], b: readonly string[], from = infiniband) =>
    texts(linkDifferences(from, [probe('a', a), probe('b', b)])).join();

  it('are equal', () => assert.equal(found([NDR, NDR], [NDR, NDR]), ''));

  it('differ in their number', () => {
    assert.match(found([NDR, NDR], [NDR]), /^RDMA ports of a and b: differ: a has 2 × 400 Gb\/sec .*, b has 1 × 400/);
  });

  it('differ in their rate', () => {
    assert.match(found([NDR, NDR], [NDR, '200 Gb/sec (4X HDR)']), /b has 1 × 200 Gb\/sec \(4X HDR\), 1 × 400/);
  });

  it('differ in their state', () => assert.match(found([NDR, NDR], [NDR, `${NDR}!`]), /1 × .* \(not active\)/));

  it('are not compared when a probe has none, with two instance types, or on Ethernet', () => {
    assert.equal(found([NDR], []), '');
    assert.equal(found([NDR], [NDR, NDR], spec({ fabric: { kind: 'infiniband' }, nodes: { mixedTypes: true } })), '');
    assert.equal(found([NDR], [NDR, NDR], spec({ fabric: { kind: 'ethernet', rate: '1Gbit/s' } })), '');
  });

  it('of another link layer do not count', () => {
    const storage = { ...probe('b', [NDR, '25 Gb/sec (1X EDR)']) };
    const links = storage.links.map((link, i) => (i === 1 ? { ...link, linkLayer: 'Ethernet' } : link));
    assert.deepEqual(linkDifferences(infiniband, [probe('a', [NDR]), { node: 'b', links }]), []);
  });
});

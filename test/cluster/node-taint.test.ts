import assert from 'node:assert/strict';
import { NODE } from '../../kubernetes/client/resources.js';
import { Lab } from '../support/lab.js';

/** A taint keeps everything else from its node as well: this cannot share the box. */
describe('a suite that cannot run', function () {
  this.timeout(180_000);

  let lab: Lab;
  before(async () => {
    lab = await Lab.open();
  });
  after(() => lab?.close());

  it('because of a taint that nothing tolerates says which one and how to tolerate it', async () => {
    const [, node] = lab.nodes;
    await lab.box.admin.patch(NODE, undefined, node, {
      spec: { taints: [{ key: 'team', value: 'x', effect: 'NoSchedule' }] },
    });
    try {
      const end = await lab.run(await lab.spec());
      assert.match(
        end.failure,
        new RegExp(`node ${node}: has the taint team=x:NoSchedule, .*→ .*\\{"key": "team", "operator": "Exists"`),
      );
    } finally {
      await lab.box.admin.patch(NODE, undefined, node, { spec: { taints: null } });
    }
  });
});

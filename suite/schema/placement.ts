import { choice } from './schema.js';

/** Schema of the placement of both ranks of a test. */
export const placement = () =>
  choice('placement', ['two-nodes', 'same-node']).optional().meta({
    description:
      'nodes of both ranks; default: two-nodes. same-node is a control: both ranks run on node1, over NVLink, PCIe or shared memory, and the figure is never compared with the fabric. Both ranks must fit on the node: see gpus and nics',
  });

/** Whether both ranks of a test, or of its recorded parameters, run on one node. */
export function isSameNode(test: { readonly placement?: unknown } | undefined): boolean {
  return test?.placement === 'same-node';
}

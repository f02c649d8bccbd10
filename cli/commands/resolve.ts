import { Argument, Command } from 'commander';
import { RESOLUTIONS, type Resolution, resolveTestUpdate } from '../../workflows/common/messages.js';
import { awaitUpdate, signalSuite } from '../follow/send-to-suite.js';
import { addHelp } from '../output/help-text.js';

/** `dynamo-bench resolve WORKFLOW_ID TEST retry|skip|abort`: decides about a parked test. */
export function resolveCommand(): Command {
  const command = new Command('resolve')
    .description('Decide about a parked test: retry it, skip it, or abort the suite run.')
    .argument('<WORKFLOW_ID>', 'workflow id of the suite run')
    .argument('<TEST>', 'name of the parked test')
    .addArgument(new Argument('<ACTION>', 'action').choices(RESOLUTIONS))
    .option('--json', 'print JSON')
    .action((workflowId: string, test: string, action: Resolution['action'], options: { json?: true }) =>
      signalSuite(workflowId, options, (handle, client) =>
        awaitUpdate(client, handle, () => handle.executeUpdate(resolveTestUpdate, { args: [{ test, action }] })),
      ),
    );
  return addHelp(command, {
    examples: [
      ['Retry the test; recorded cells are not measured again', 'dynamo-bench resolve my-run nixl-ucx retry'],
      ['Continue without the test; the suite run can no longer pass', 'dynamo-bench resolve my-run nixl-ucx skip'],
      ['End the suite run', 'dynamo-bench resolve my-run nixl-ucx abort'],
    ],
  });
}

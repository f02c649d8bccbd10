import { Command } from 'commander';
import { skipTestUpdate } from '../../workflows/common/messages.js';
import { awaitUpdate, signalSuite } from '../follow/send-to-suite.js';
import { addHelp } from '../output/help-text.js';

/** `dynamo-bench skip WORKFLOW_ID TEST`: skips a test that has not started. */
export function skipCommand(): Command {
  const command = new Command('skip')
    .description('Skip a test that has not started.')
    .argument('<WORKFLOW_ID>', 'workflow id of the suite run')
    .argument('<TEST>', 'name of a waiting test')
    .option('--json', 'print JSON')
    .action((workflowId: string, test: string, options: { json?: true }) =>
      signalSuite(workflowId, options, (handle, client) =>
        awaitUpdate(client, handle, () => handle.executeUpdate(skipTestUpdate, { args: [test] })),
      ),
    );
  return addHelp(command, { examples: [['Skip a test', 'dynamo-bench skip my-run nixl-ucx']] });
}

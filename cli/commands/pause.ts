import { Command } from 'commander';
import { pauseSignal } from '../../workflows/common/messages.js';
import { signalSuite } from '../follow/send-to-suite.js';
import { addHelp } from '../output/help-text.js';

/** `dynamo-bench pause WORKFLOW_ID`: starts no further cell until `resume`. */
export function pauseCommand(): Command {
  const command = new Command('pause')
    .description('Pause a suite run after the running cell and release its nodes, until `dynamo-bench resume`.')
    .argument('<WORKFLOW_ID>', 'workflow id of the suite run')
    .option('--json', 'print JSON')
    .action((workflowId: string, options: { json?: true }) =>
      signalSuite(workflowId, options, async (handle) => {
        await handle.signal(pauseSignal);
        return 'will pause after the running cell';
      }),
    );
  return addHelp(command, {
    examples: [
      ['Pause a suite run', 'dynamo-bench pause my-run'],
      ['Resume it', 'dynamo-bench resume my-run'],
    ],
  });
}

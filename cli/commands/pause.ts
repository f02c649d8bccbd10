import { Command } from 'commander';
import { pauseSignal } from '../../workflows/shared/messages.js';
import { signalSuite } from '../follow/send-to-suite.js';

/** `dynamo-bench pause WORKFLOW_ID`: no further cell starts until `resume`. */
export function pauseCommand(): Command {
  return new Command('pause')
    .description('start no further cell and give the nodes back, until `dynamo-bench resume`')
    .argument('<WORKFLOW_ID>', 'of a suite run')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample: dynamo-bench pause my-run')
    .action((workflowId: string, options: { json?: true }) =>
      signalSuite(workflowId, options, async (handle) => {
        await handle.signal(pauseSignal);
        return 'pauses after the cell that runs';
      }),
    );
}

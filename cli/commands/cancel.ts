import { Command } from 'commander';
import { signalSuite } from '../follow/send-to-suite.js';

/** `dynamo-bench cancel WORKFLOW_ID`: ends a suite run; what is recorded stays. */
export function cancelCommand(): Command {
  return new Command('cancel')
    .description('end a suite run: it removes its pods, and what is recorded stays')
    .argument('<WORKFLOW_ID>', 'of a suite run')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Example: dynamo-bench cancel my-run
It asks the suite to end and does not wait; dynamo-bench watch my-run does. To go on later from what is recorded:
  dynamo-bench run SPEC --workflow-id my-run`,
    )
    .action((workflowId: string, options: { json?: true }) =>
      signalSuite(workflowId, options, async (handle) => {
        await handle.cancel();
        return 'is asked to end; it removes its pods first';
      }),
    );
}

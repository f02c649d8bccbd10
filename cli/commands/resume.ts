import { Command } from 'commander';
import { resumeSignal } from '../../workflows/shared/messages.js';
import { signalSuite } from '../follow/send-to-suite.js';

/** `dynamo-bench resume WORKFLOW_ID`: goes on after a pause. */
export function resumeCommand(): Command {
  return new Command('resume')
    .description('go on after `dynamo-bench pause`')
    .argument('<WORKFLOW_ID>', 'of a suite run')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Example: dynamo-bench resume my-run
A run that has ended is resumed by: dynamo-bench run SPEC --workflow-id my-run`,
    )
    .action((workflowId: string, options: { json?: true }) =>
      signalSuite(workflowId, options, async (handle) => {
        await handle.signal(resumeSignal);
        return 'goes on';
      }),
    );
}

import { Command } from 'commander';
import { resumeSignal } from '../../workflows/common/messages.js';
import { signalSuite } from '../follow/send-to-suite.js';
import { addHelp } from '../output/help-text.js';

/** `dynamo-bench resume WORKFLOW_ID`: resumes a paused suite run. */
export function resumeCommand(): Command {
  const command = new Command('resume')
    .description('Resume a suite run after `dynamo-bench pause`.')
    .argument('<WORKFLOW_ID>', 'workflow id of the suite run')
    .option('--json', 'print JSON')
    .action((workflowId: string, options: { json?: true }) =>
      signalSuite(workflowId, options, async (handle) => {
        await handle.signal(resumeSignal);
        return 'resumed';
      }),
    );
  return addHelp(command, {
    examples: [
      ['Resume a paused suite run', 'dynamo-bench resume my-run'],
      [
        'Continue a suite run that has ended, from its recorded results',
        'dynamo-bench run suites/p5.json --workflow-id my-run',
      ],
    ],
  });
}

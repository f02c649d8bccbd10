import { Command } from 'commander';
import { findSuiteRun } from '../follow/find-suite-run.js';
import { detachOnInterrupt } from '../follow/interrupt.js';
import { type ShowOptions, showSuite } from '../follow/show-suite.js';
import { withTemporal } from '../follow/temporal-client.js';
import { addHelp } from '../output/help-text.js';

/** `dynamo-bench watch WORKFLOW_ID`: follows a suite run to its end. */
export function watchCommand(): Command {
  const command = new Command('watch')
    .description('Follow a suite run to its end, or show the result of one that has ended. Ctrl-C only detaches.')
    .argument('<WORKFLOW_ID>', 'workflow id of the suite run')
    .option('--json', 'print one JSON document, at the end')
    .action((workflowId: string, options: ShowOptions) =>
      withTemporal(async (client) => {
        await findSuiteRun(client, workflowId);
        await detachOnInterrupt((detached) => showSuite(client, workflowId, options, detached));
      }),
    );
  return addHelp(command, {
    examples: [
      ['Follow a suite run', 'dynamo-bench watch my-run'],
      ['Show its state once, without waiting', 'dynamo-bench status my-run'],
    ],
    notes:
      'The exit code is that of the suite run; 3 after Ctrl-C. When the run does not move, the command prints the reason and the\ncommand that mends it. For a run that Temporal has deleted, it names the report in the store of RESULTS_DIR or RESULTS_URL.',
  });
}

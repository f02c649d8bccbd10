import { Command } from 'commander';
import { fetchSuiteStatus } from '../follow/follow.js';
import { printSuiteStatus, type ShowOptions } from '../follow/show-suite.js';
import { withTemporal } from '../follow/temporal-client.js';
import { addHelp } from '../output/help-text.js';

/** `dynamo-bench status WORKFLOW_ID`: shows the state of a suite run once. */
export function statusCommand(): Command {
  const command = new Command('status')
    .description('Show the state of a suite run: its current step, every test and the expected end, or its result.')
    .argument('<WORKFLOW_ID>', 'workflow id of the suite run')
    .option('--json', 'print JSON')
    .action((workflowId: string, options: ShowOptions) =>
      withTemporal(async (client) => printSuiteStatus(await fetchSuiteStatus(client, workflowId), options)),
    );
  return addHelp(command, {
    examples: [
      ['Show the state of a suite run', 'dynamo-bench status my-run'],
      ['Read the state of every test in a script', "dynamo-bench status my-run --json | jq '.tests'"],
    ],
    notes:
      'The exit code is that of the suite run; 3 while it is running. When the run does not move, the command prints the reason\nand the command that mends it. For a run that Temporal has deleted, it names the report in the store of RESULTS_DIR or\nRESULTS_URL.',
  });
}

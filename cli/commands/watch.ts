import { Command } from 'commander';
import { describeSuiteRun } from '../../temporal/suite-runs.js';
import { look } from '../follow/follow.js';
import { printSight, type ShowOptions, showSuite } from '../follow/show-suite.js';
import { withTemporal } from '../follow/temporal-client.js';

/** `dynamo-bench watch WORKFLOW_ID`: follows a suite run that goes on, or shows how it ended. */
export function watchCommand(): Command {
  return new Command('watch')
    .description('follow a suite run to its end; Ctrl-C ends the watching, never the suite')
    .argument('<WORKFLOW_ID>', 'of a suite run')
    .option('--once', 'show where it is now, and do not wait')
    .option('--json', 'print one JSON document, at the end')
    .addHelpText(
      'after',
      `
Examples:
  dynamo-bench watch my-run
  dynamo-bench watch my-run --once --json        state of every test and the remaining time
The exit code is that of the suite; 3 as long as it goes on.`,
    )
    .action(async (workflowId: string, { once, json }: ShowOptions & { once?: true }) => {
      const options = json ? { json } : {};
      await withTemporal(async (client) => {
        await describeSuiteRun(client, workflowId);
        if (once) printSight(await look(client, workflowId), options);
        else await showSuite(client, workflowId, options);
      });
    });
}

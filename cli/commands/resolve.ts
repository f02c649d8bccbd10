import { Argument, Command } from 'commander';
import { RESOLUTIONS, type Resolution, resolveTestUpdate } from '../../workflows/shared/messages.js';
import { answered, signalSuite } from '../follow/send-to-suite.js';

/** `dynamo-bench resolve WORKFLOW_ID TEST retry|skip|abort`: what becomes of a parked test. */
export function resolveCommand(): Command {
  return new Command('resolve')
    .description('decide about a parked test: run it again, leave it out, or end the suite')
    .argument('<WORKFLOW_ID>', 'of a suite run')
    .argument('<TEST>', 'name of a test that is parked')
    .addArgument(new Argument('<ACTION>', 'what becomes of it').choices(RESOLUTIONS))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Example: dynamo-bench resolve my-run nixl-ucx retry
  retry  the test runs again, without the cells that are recorded
  skip   the suite goes on without it, and cannot pass any more
  abort  the suite ends here`,
    )
    .action((workflowId: string, test: string, action: Resolution['action'], options: { json?: true }) =>
      signalSuite(workflowId, options, (handle) =>
        answered(handle, () => handle.executeUpdate(resolveTestUpdate, { args: [{ test, action }] })),
      ),
    );
}

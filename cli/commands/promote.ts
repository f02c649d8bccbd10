import { Command } from 'commander';
import { useTemporal } from '../../temporal/connection.js';
import { makeCurrent } from '../../temporal/worker-deployments.js';
import { seconds } from '../options/option-parsers.js';
import { addHelp } from '../output/help-text.js';
import { say } from '../output/say.js';

interface Options {
  readonly deployment: string;
  readonly build: string;
  readonly timeout: number;
  readonly json?: true;
}

/** `dynamo-bench promote`: makes a build of a versioned worker current. */
export function promoteCommand(): Command {
  const command = new Command('promote')
    .description(
      'Make a build of a versioned worker current, so that new suite runs start on it. Running suite runs stay on their build.',
    )
    .requiredOption('--deployment <name>', 'DEPLOYMENT_NAME of the worker')
    .requiredOption('--build <id>', 'BUILD_ID of the worker')
    .option('--timeout <duration>', 'longest time to wait for a worker of the build', seconds, 300)
    .option('--json', 'print JSON')
    .action(async ({ deployment, build, timeout, json }: Options) => {
      await useTemporal(({ connection, namespace }) =>
        makeCurrent(connection, namespace, { deployment, build }, timeout),
      );
      say(
        json
          ? JSON.stringify({ deployment, build }, null, 2)
          : `Build ${build} of deployment ${deployment} is current; new suite runs start on it`,
      );
    });
  return addHelp(command, {
    examples: [['Send new suite runs to a build', 'dynamo-bench promote --deployment dynamo-bench --build 0.2.0']],
    notes:
      'The command waits until a worker of the build polls Temporal. Keep the workers of the former build until Temporal\nreports it as drained: temporal worker deployment describe-version --deployment-name dynamo-bench --build-id 0.1.0',
  });
}

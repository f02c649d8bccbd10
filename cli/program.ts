import { Command } from 'commander';
import { doctorCommand } from './doctor.js';
import { planCommand } from './plan.js';
import { schemaCommand } from './schema.js';
import { validateCommand } from './validate.js';

/** The command line. Each command is a file of its own; suites themselves are started with the Temporal CLI. */
const program = new Command('dynamo-bench')
  .description('Durable benchmark suite for NVIDIA Dynamo’s network back ends on Kubernetes.')
  .addCommand(validateCommand())
  .addCommand(planCommand())
  .addCommand(doctorCommand())
  .addCommand(schemaCommand())
  .addHelpText(
    'after',
    `
A suite is started with the Temporal CLI:
  temporal workflow start --type benchmarkSuite --task-queue dynamo-bench --workflow-id my-run --input-file suites/p5.json
  temporal workflow query --workflow-id my-run --name progress
Its report: results/my-run/report.md`,
  )
  .showSuggestionAfterError()
  .showHelpAfterError('(--help shows what there is)');

export async function run(): Promise<void> {
  await program.parseAsync();
}

import { Command } from 'commander';
import { SuiteFailure } from '../suite/failure.js';
import { doctorCommand } from './doctor.js';
import { planCommand } from './plan.js';
import { resetPointCommand } from './reset-point.js';
import { schemaCommand } from './schema.js';
import { sweepCommand } from './sweep.js';
import { validateCommand } from './validate.js';

/** The command line. Each command is a file of its own; suites themselves are started with the Temporal CLI. */
const program = new Command('dynamo-bench')
  .description('Durable benchmark suite for NVIDIA Dynamo’s network back ends on Kubernetes.')
  .addCommand(validateCommand())
  .addCommand(planCommand())
  .addCommand(doctorCommand())
  .addCommand(resetPointCommand())
  .addCommand(sweepCommand())
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
  try {
    await program.parseAsync();
  } catch (error) {
    const { message, cause } = error as Error;
    console.error(`error: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}`);
    if (error instanceof SuiteFailure) console.error(`  → ${error.hint}`);
    process.exitCode = 1;
  }
}

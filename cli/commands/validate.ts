import { Command } from 'commander';
import { forecastOf } from '../../suite/plan/forecast.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import { checkSpec, type SuiteSpec } from '../../suite/spec/spec.js';
import { expectedNixlbenchRows } from '../../suite/tools/nixlbench.js';
import { formatCount } from '../../suite/units/count.js';
import { formatBytes, formatDuration } from '../../suite/units/units.js';
import { EXIT } from '../options/exit-code.js';
import { readSpecFile } from '../options/spec-file.js';
import { concernLines } from '../output/concern-lines.js';

/** `dynamo-bench validate SPEC`: says what is wrong in a suite spec, or what it would run. */
export function validateCommand(): Command {
  return new Command('validate')
    .description('check a suite spec and show what it would run')
    .argument('<SPEC>', 'JSON file, or - for standard input')
    .option('--json', 'print JSON: the problems, or the spec with every default')
    .addHelpText(
      'after',
      '\nExample: dynamo-bench validate suites/p5.json\n1: the spec is not valid; 2: it cannot be read.',
    )
    .action(async (file: string, { json }: { json?: true }, command: Command) => {
      const checked = checkSpec(await readSpecFile(file, command));
      if (json) console.log(JSON.stringify(checked, null, 2));
      else if ('spec' in checked) console.log(describe(checked.spec));
      else describeProblems(file, checked.problems);
      process.exitCode = 'spec' in checked ? EXIT.pass : EXIT.fail;
    });
}

function describeProblems(
  file: string,
  problems: readonly { readonly path: string; readonly message: string }[],
): void {
  console.error(`${file}: ${formatCount(problems.length, 'problem')}`);
  for (const { path, message } of problems) console.error(`  ${path}: ${message}`);
}

function describe(spec: SuiteSpec): string {
  const tests = spec.tests.map((test, i) => {
    const what =
      test.tool === 'nixlbench'
        ? `nixlbench ${test.backend}, ${test.opType} ${test.initiatorSegType} to ${test.targetSegType}, ${expectedNixlbenchRows(test).length} rows up to ${formatBytes(test.maxBlockSize)}`
        : `ucx_perftest ${test.test}, ${test.memory} memory, ${test.sizes.map(formatBytes).join(', ')}`;
    const times = test.repetitions > 1 ? `, ${test.repetitions} times` : '';
    return `  ${i + 1}. ${test.name}: ${what}${times}, at most ${formatDuration(test.timeout)} each${test.required ? '' : '; not required'}`;
  });
  const { gpu, efa, memory } = spec.resources;
  return [
    `${spec.name}: valid`,
    `  image ${spec.cluster.image} in namespace ${spec.cluster.namespace}${spec.cluster.context ? `, context ${spec.cluster.context}` : ''}`,
    `  each rank: ${gpu.count} ${gpu.resource}, ${efa.count} ${efa.resource}, ${formatBytes(memory)} of memory`,
    `  node1 starts ${formatDuration(spec.startDelay.min)} to ${formatDuration(spec.startDelay.max)} after node2`,
    ...tests,
    ...(spec.dynamo ? dynamoLines(spec.dynamo, spec.tests.length) : []),
    ...concernLines('doubtful:', forecastOf(spec).doubtful),
  ].join('\n');
}

/** @param before tests that run before those of phase 3 */
function dynamoLines({ deployWith, engine, model, image, replicas, tests }: DynamoSpec, before: number): string[] {
  const how = deployWith === 'operator' ? 'by the Dynamo operator' : 'from plain manifests';
  const workers = `${replicas.prefill} prefill and ${replicas.decode} decode workers`;
  return [
    `  Dynamo ${how}: ${model.name} on ${engine.kind === 'mocker' ? 'a simulated engine' : engine.kind}, ${workers}, image ${image}`,
    ...tests.map((test, i) => {
      const points = `concurrency ${test.concurrency.join(', ')}${test.repetitions > 1 ? `, ${test.repetitions} times` : ''}`;
      return `  ${before + i + 1}. ${test.name}: AIPerf, ${test.topology}, ${points}, ISL ${test.inputTokens}, OSL ${test.outputTokens}, at most ${formatDuration(test.timeout)} each${test.required ? '' : '; not required'}`;
    }),
  ];
}

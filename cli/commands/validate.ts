import { Command } from 'commander';
import { engineOf } from '../../suite/engines/registry.js';
import { checkSuite } from '../../suite/plan/check-suite.js';
import { forecastOf } from '../../suite/plan/forecast.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import { requestsText } from '../../suite/spec/rank-resources.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { problemLines, type SpecProblems } from '../../suite/spec/spec-problems.js';
import { toolOf } from '../../suite/tools/registry.js';
import { formatCount } from '../../suite/units/count.js';
import { formatBytes, formatDuration } from '../../suite/units/units.js';
import { EXIT } from '../options/exit-code.js';
import { readSpecFile } from '../options/spec-file.js';
import { concernLines } from '../output/concern-lines.js';
import { addHelp } from '../output/help-text.js';
import { complain, say } from '../output/say.js';

/** `dynamo-bench validate SPEC`: shows the problems of a suite spec, or its tests. */
export function validateCommand(): Command {
  const command = new Command('validate')
    .description('Check a suite spec and list its tests.')
    .argument('<SPEC>', 'suite spec: JSON or YAML file, or - for standard input')
    .option('--json', 'print JSON: the problems, or the spec with every default')
    .action(async (file: string, { json }: { json?: true }) => {
      const checked = checkSuite(await readSpecFile(file));
      if (json) say(JSON.stringify(checked, null, 2));
      else if ('spec' in checked) say(describe(checked.spec));
      else describeProblems(file, checked);
      process.exitCode = 'spec' in checked ? EXIT.pass : EXIT.fail;
    });
  return addHelp(command, {
    examples: [
      ['Check a suite spec', 'dynamo-bench validate suites/p5.json'],
      ['Show the spec with every default', 'dynamo-bench validate suites/p5.json --json'],
    ],
    notes: 'The exit code is 1 when the spec is invalid, and 2 when it cannot be read.',
  });
}

function describeProblems(file: string, found: SpecProblems): void {
  complain(`${file}: ${formatCount(found.count, 'problem')}`);
  for (const line of problemLines(found)) complain(`  ${line}`);
}

function describe(spec: SuiteSpec): string {
  const tests = spec.tests.map((test, i) => {
    const times = test.repetitions > 1 ? `, ${test.repetitions} times` : '';
    return `  ${i + 1}. ${test.name}: ${toolOf(test).describe(test)}${times}, at most ${formatDuration(test.timeout)} each${test.required ? '' : '; not required'}`;
  });
  const { gpu, memory } = spec.resources;
  return [
    `${spec.name}: valid`,
    `  image ${spec.cluster.image} in namespace ${spec.cluster.namespace}${spec.cluster.context ? `, context ${spec.cluster.context}` : ''}`,
    `  each rank: ${gpu.count} ${gpu.resource}, ${requestsText(spec.resources)}, ${formatBytes(memory)} of memory`,
    `  node1 starts ${formatDuration(spec.startDelay.min)} to ${formatDuration(spec.startDelay.max)} after node2`,
    ...tests,
    ...(spec.dynamo ? dynamoLines(spec.dynamo, spec.tests.length) : []),
    ...concernLines('doubtful:', forecastOf(spec).doubtful),
  ].join('\n');
}

/**
 * Describes the inference tests.
 *
 * @param before number of tests that run before them
 */
function dynamoLines({ deployWith, engine, model, image, replicas, tests }: DynamoSpec, before: number): string[] {
  const how = deployWith === 'operator' ? 'by the Dynamo operator' : 'from plain manifests';
  const workers = `${replicas.prefill} prefill and ${replicas.decode} decode workers`;
  return [
    `  Dynamo ${how}: ${model.name} on ${engineOf(engine).title}, ${workers}, image ${image}`,
    ...tests.map((test, i) => {
      const points = `concurrency ${test.concurrency.join(', ')}${test.repetitions > 1 ? `, ${test.repetitions} times` : ''}`;
      return `  ${before + i + 1}. ${test.name}: AIPerf, ${test.topology}, ${points}, ISL ${test.inputTokens}, OSL ${test.outputTokens}, at most ${formatDuration(test.timeout)} each${test.required ? '' : '; not required'}`;
    }),
  ];
}

import { Command } from 'commander';
import { checkSpec, type SuiteSpec } from '../suite/spec.js';
import { expectedNixlbenchRows } from '../suite/tools/nixlbench.js';
import { formatBytes, formatDuration } from '../suite/units.js';
import { readJson } from './spec-file.js';

/** `dynamo-bench validate SPEC`: says what is wrong in a suite spec, or what it would run. */
export function validateCommand(): Command {
  return new Command('validate')
    .description('check a suite spec and show what it would run')
    .argument('<SPEC>', 'JSON file, or - for standard input')
    .addHelpText(
      'after',
      '\nExample: dynamo-bench validate suites/p5.json\nExit code 1: the spec is not valid; 2: it cannot be read.',
    )
    .action(async (file: string, _options: object, command: Command) => {
      const checked = checkSpec(await readJson(file, command));
      if ('spec' in checked) {
        console.log(describe(checked.spec));
        return;
      }
      console.error(`${file}: ${checked.problems.length} problem${checked.problems.length === 1 ? '' : 's'}`);
      for (const { path, message } of checked.problems) console.error(`  ${path}: ${message}`);
      process.exitCode = 1;
    });
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
  ].join('\n');
}

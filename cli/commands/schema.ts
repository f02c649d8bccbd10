import { Argument, Command } from 'commander';
import { resultsJsonSchema } from '../../reports/formats/json.js';
import { recordJsonSchema } from '../../suite/record/record.js';
import { specJsonSchema } from '../../suite/spec/spec.js';

const SCHEMAS = { spec: specJsonSchema, record: recordJsonSchema, results: resultsJsonSchema } as const;

/** `dynamo-bench schema spec|record|results`: prints a JSON Schema. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description(
      'print the JSON Schema of a suite spec (for editors) of record.json or of results.json (for other programs)',
    )
    .addArgument(new Argument('<of>', 'what to describe').choices(Object.keys(SCHEMAS)))
    .action((of: keyof typeof SCHEMAS) => console.log(JSON.stringify(SCHEMAS[of](), null, 2)));
}

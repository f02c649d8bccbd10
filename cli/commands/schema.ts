import { Argument, Command } from 'commander';
import { resultsJsonSchema } from '../../reports/formats/json.js';
import { recordJsonSchema } from '../../suite/record/record.js';
import { specJsonSchema } from '../../suite/spec/spec.js';
import { addHelp } from '../output/help-text.js';
import { say } from '../output/say.js';

const SCHEMAS = { spec: specJsonSchema, record: recordJsonSchema, results: resultsJsonSchema } as const;

/** `dynamo-bench schema spec|record|results`: prints a JSON Schema. */
export function schemaCommand(): Command {
  const command = new Command('schema')
    .description('Print the JSON Schema of a suite spec, of record.json or of results.json.')
    .addArgument(new Argument('<DOCUMENT>', 'document that the schema describes').choices(Object.keys(SCHEMAS)))
    .action((document: keyof typeof SCHEMAS) => say(JSON.stringify(SCHEMAS[document](), null, 2)));
  return addHelp(command, {
    examples: [['Write the schema of suite specs for an editor', 'dynamo-bench schema spec > suite.schema.json']],
  });
}

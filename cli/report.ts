import { Command, Option } from 'commander';
import { readReport } from '../reports/assemble.js';
import { FORMATS, type ReportFile, reportFiles } from '../reports/files.js';
import { headline } from '../reports/report.js';
import { EXIT_CODES, exitCodeOf } from './exit-code.js';
import { addStoreOptions, type StoreOptions, withStore } from './store.js';

const BY_FORMAT: Readonly<Record<string, ReportFile>> = {
  md: 'report.md',
  html: 'report.html',
  csv: 'results.csv',
  json: 'results.json',
  junit: 'junit.xml',
  openmetrics: 'metrics.txt',
};

/** `dynamo-bench report RUN`: the report of a run, in any form. */
export function reportCommand(): Command {
  return addStoreOptions(new Command('report'))
    .description('print the report of a run, or write all its forms')
    .argument('[RUN]', 'workflow id, <workflow id>@<run id>, latest or latest:<suite>', 'latest')
    .addOption(new Option('--format <format>', 'form to print').choices(Object.keys(BY_FORMAT)).default('md'))
    .option('--json', 'the same as --format json')
    .option('--write', `write ${Object.keys(FORMATS).join(', ')} into the run's folder instead`)
    .addHelpText(
      'after',
      `
Examples:
  dynamo-bench report                                   the newest run, as Markdown
  dynamo-bench report my-run --format html > my-run.html
  dynamo-bench report latest:p5 --format junit > junit.xml
A run that still goes on is reported as far as it is recorded.
${EXIT_CODES}`,
    )
    .action(async (name: string, options: StoreOptions & { format: string; json?: true; write?: true }) => {
      await withStore(options, async (store) => {
        const report = await store.use((kysely) => readReport(kysely, name));
        if (options.write) {
          const folder = await store.writeFiles(report.record.workflowId, reportFiles(report));
          console.log(`${report.record.workflowId}: ${headline(report)}; written to ${folder}`);
        } else {
          const file = BY_FORMAT[options.json ? 'json' : options.format] ?? 'report.md';
          process.stdout.write(FORMATS[file](report));
        }
        process.exitCode = exitCodeOf(headline(report));
      });
    });
}

import { Command, Option } from 'commander';
import { FORMATS, type ReportFile, reportFiles } from '../../reports/files.js';
import { readReport } from '../../reports/model/assemble.js';
import { headline } from '../../reports/model/report.js';
import { runNames } from '../../results/records/run-names.js';
import { listRuns } from '../../results/records/runs.js';
import type { ResultStore } from '../../results/store.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { exitCodeOfRun } from '../options/exit-code.js';
import { addStoreOptions, type StoreOptions, withStore } from '../options/store-options.js';

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
    .option(
      '--write',
      `write ${Object.keys(FORMATS).join(', ')}, record.json and the logs into the run's folder instead`,
    )
    .addHelpText(
      'after',
      `
Examples:
  dynamo-bench report                                   the newest run, as Markdown
  dynamo-bench report my-run --format html > my-run.html
  dynamo-bench report latest:p5 --format junit > junit.xml
  dynamo-bench report my-run --write                    all files again, into the run's folder
A run that still goes on is reported as far as it is recorded. The folder of a workflow id belongs to its newest run; that
of an earlier one has the start of its run id as well.`,
    )
    .action(async (name: string, options: StoreOptions & { format: string; json?: true; write?: true }) => {
      await withStore(options, async (store) => {
        const report = await store.use((kysely) => readReport(kysely, name));
        const { record } = report;
        if (options.write) {
          const { workflowId, runId } = record;
          const folder = await store.writeRun(record, reportFiles(report), await folderOf(store, record));
          const outcome = headline(report);
          console.log(
            options.json
              ? JSON.stringify({ workflowId, runId, outcome, folder }, null, 2)
              : `${workflowId}: ${outcome}; written to ${folder}`,
          );
        } else {
          const file = BY_FORMAT[options.json ? 'json' : options.format] ?? 'report.md';
          process.stdout.write(FORMATS[file](report));
        }
        process.exitCode = exitCodeOfRun(record, headline(report));
      });
    });
}

/** The folder of a workflow id belongs to its newest run: an earlier one must not take its place. */
function folderOf(store: ResultStore, { workflowId, runId }: SuiteRecord): Promise<string> {
  return store.use(async (kysely) => {
    const runs = await listRuns(kysely, { workflowId });
    if (runs[0]?.runId === runId) return workflowId;
    const [name = workflowId] = await runNames(
      kysely,
      runs.filter((run) => run.runId === runId),
    );
    return name;
  });
}

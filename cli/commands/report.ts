import { Command, Option } from 'commander';
import { FORMATS, type ReportFile, writeReportFiles } from '../../reports/files.js';
import { readReport } from '../../reports/model/assemble.js';
import { headline } from '../../reports/model/report.js';
import { runNames } from '../../results/records/run-names.js';
import { listRuns } from '../../results/records/runs.js';
import { inChunks } from '../../results/records/text-pieces.js';
import type { ResultStore } from '../../results/store.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { exitCodeOfRun } from '../options/exit-code.js';
import { addStoreOptions, type StoreOptions, withStore } from '../options/store-options.js';
import { WrongUse } from '../options/wrong-use.js';
import { addHelp } from '../output/help-text.js';
import { warnOfLeftOut } from '../output/left-out.js';
import { say, writeDocument } from '../output/say.js';

const BY_FORMAT: Readonly<Record<string, ReportFile>> = {
  md: 'report.md',
  html: 'report.html',
  csv: 'results.csv',
  json: 'results.json',
  junit: 'junit.xml',
  openmetrics: 'metrics.txt',
};

interface ReportOptions extends StoreOptions {
  readonly format: string;
  readonly json?: true;
  readonly test?: readonly string[];
  readonly write?: true;
}

/** `dynamo-bench report RUN`: prints or writes the report of a run. */
export function reportCommand(): Command {
  const command = addStoreOptions(new Command('report'))
    .description('Print the report of a run in one format, or write all report files.')
    .argument('[RUN]', 'workflow id, <workflow id>@<run id>, latest or latest:<suite>', 'latest')
    .addOption(new Option('--format <format>', 'format to print').choices(Object.keys(BY_FORMAT)).default('md'))
    .option('--json', 'same as --format json')
    .option(
      '--test <name>',
      'report only this transport test, or the variants of its matrix; repeat it for several',
      (name: string, names: string[] | undefined) => [...(names ?? []), name],
    )
    .option(
      '--write',
      `write ${Object.keys(FORMATS).join(', ')}, record.json and the logs into the folder of the run instead`,
    )
    .action(async (name: string, options: ReportOptions) => {
      if (options.write && options.test) {
        throw new WrongUse(
          '--write and --test exclude each other: the folder of a run has the reports of all its tests',
          'Print the report of a test: `dynamo-bench report RUN --format html --test NAME > NAME.html`',
        );
      }
      await withStore(options, async (store) => {
        const report = await store.use((kysely) => readReport(kysely, name, options.test, warnOfLeftOut));
        const { record } = report;
        if (options.write) {
          const { workflowId, runId } = record;
          const folder = await writeReportFiles(store, report, await folderOf(store, record));
          const outcome = headline(report);
          say(
            options.json
              ? JSON.stringify({ workflowId, runId, outcome, folder }, null, 2)
              : `${workflowId}: ${outcome}; report files written to ${folder}`,
          );
        } else {
          const file = BY_FORMAT[options.json ? 'json' : options.format] ?? 'report.md';
          for (const piece of inChunks(FORMATS[file](report))) writeDocument(piece);
        }
        process.exitCode = exitCodeOfRun(record, headline(report));
      });
    });
  return addHelp(command, {
    examples: [
      ['Print the report of the newest run as Markdown', 'dynamo-bench report'],
      ['Write one HTML page', 'dynamo-bench report my-run --format html > my-run.html'],
      ['Draw one test of many', 'dynamo-bench report my-run --format html --test lf-v17 > lf-v17.html'],
      ['Write JUnit XML for a CI system', 'dynamo-bench report latest:p5 --format junit > junit.xml'],
      ['Write all files again into the folder of the run', 'dynamo-bench report my-run --write'],
    ],
    notes:
      'The report of a run that has not ended covers the cells recorded so far. The folder named after a workflow id belongs to\nits newest run; the folder name of an earlier run also contains the start of its run id.',
  });
}

/** Returns the name of a run's folder: the workflow id for its newest run, with the run id for an earlier one. */
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

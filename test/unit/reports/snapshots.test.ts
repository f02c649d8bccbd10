import { reportFiles } from '../../../reports/files.js';
import { exampleReport } from '../../support/example-report.js';
import { matchSnapshot, textOfHtml } from '../../support/snapshot.js';

describe('texts of a report', () => {
  const report = exampleReport(1, { repetitions: 1 });
  const files = reportFiles({ ...report, complete: false });

  it('are those of the snapshot in Markdown', () => matchSnapshot('report.md', files['report.md']));

  it('are those of the snapshot in HTML', () => matchSnapshot('report.html.txt', textOfHtml(files['report.html'])));
});

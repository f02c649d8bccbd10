import { reportFiles } from '../../../reports/files.js';
import { exampleReport } from '../../support/example-report.js';
import { matchesSnapshot, textOfHtml } from '../../support/snapshot.js';

describe('texts of a report', () => {
  const report = exampleReport(1, { repetitions: 1 });
  const files = reportFiles({ ...report, complete: false });

  it('are those of the snapshot in Markdown', () => matchesSnapshot('report.md.txt', files['report.md']));

  it('are those of the snapshot in HTML', () => matchesSnapshot('report.html.txt', textOfHtml(files['report.html'])));
});

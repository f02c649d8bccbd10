import assert from 'node:assert/strict';
import { execa } from 'execa';
import { reportFiles } from '../../../../reports/files.js';
import { exampleReport } from '../../../support/example-report.js';

const report = exampleReport();
const loads = report.record.dynamo?.tests.flatMap((test) => test.cells) ?? [];

/** Read by the parser of Python, as programs of continuous integration do. */
describe('junit.xml', () => {
  it('is well-formed and counts what failed, what is not required and what regressed', async () => {
    const xml = reportFiles(report)['junit.xml'];
    const parse =
      'import sys, xml.dom.minidom as m; d = m.parseString(sys.stdin.buffer.read()).documentElement; print(d.getAttribute("tests"), d.getAttribute("failures"), d.getAttribute("errors"), d.getAttribute("skipped"), len(d.getElementsByTagName("failure")), len(d.getElementsByTagName("skipped")))';
    const { stdout } = await execa('python3', ['-c', parse], { input: xml });
    const cells = report.record.tests.flatMap((test) => test.cells).length;
    // Five of nixl-ucx and three of no-control are not required.
    // Beside the cells there are the run itself and two metrics.
    assert.equal(stdout, `${cells + loads.length + 3} 1 0 8 1 8`);
    assert.match(xml, /<testcase classname="disaggregated" name="concurrency 16, repetition 2" time="35\.000"/);
    assert.match(xml, /<failure type="regressed" message="5\.1 % lower/);
  });
});

import assert from 'node:assert/strict';
import { reportHtml } from '../../../../reports/html/html.js';
import { detailedTests } from '../../../../reports/model/detailed-tests.js';
import { selectTests } from '../../../../reports/model/select-tests.js';
import { timelineOf } from '../../../../reports/model/timeline.js';
import { failureOfClass } from '../../../support/failure-of-class.js';
import { manyTests } from '../../../support/many-tests.js';

const names = (tests: readonly { readonly name: string }[]) => tests.map(({ name }) => name);

describe('a report of many tests', () => {
  it('shows those that failed first, then regressed and inconclusive ones, in the order of the suite', () => {
    const report = manyTests(100, { failed: 2, regressed: 3, inconclusive: 1 });
    const shown = names(detailedTests(report, 'curves'));
    const first = Array.from({ length: 10 }, (_, i) => `lf-v${i + 1}`);
    assert.deepEqual(shown, [...first, 'lf-v95', 'lf-v96', 'lf-v97', 'lf-v98', 'lf-v99', 'lf-v100']);
    const troubled = manyTests(100, { failed: 60, regressed: 40 });
    assert.ok(detailedTests(troubled, 'inFull').every(({ verdict }) => verdict === 'fail'));
  });

  it('does not prefer a regression that is acknowledged', () => {
    const report = manyTests(100, { regressed: 1 });
    const metrics = report.comparison?.metrics.map((metric) => ({ ...metric, acknowledged: 'known' })) ?? [];
    assert.ok(report.comparison);
    const shown = names(detailedTests({ ...report, comparison: { ...report.comparison, metrics } }, 'curves'));
    assert.ok(names(detailedTests(report, 'curves')).includes('lf-v100'));
    assert.ok(!shown.includes('lf-v100'));
  });

  it('has every test on the page, most as one row, and says how to draw them', () => {
    const report = manyTests(200, { failed: 1 });
    const text = reportHtml(report);
    for (const name of names(report.record.tests)) assert.equal(text.split(`id="test-${name}"`).length, 2, name);
    assert.equal(text.split('<li class="card">').length - 1, 40);
    assert.equal(text.split('<tr id="test-').length - 1, 160);
    assert.match(text, /40 of 200 tests have a card/);
    assert.match(text, /16 of 200 tests have a curve/);
    assert.match(text, /dynamo-bench report many --format html --test NAME/);
    assert.match(text, /<section class="panel" id="test-lf-v200"/);
  });

  it('has the same parts as ever when the tests are few', () => {
    const text = reportHtml(manyTests(16));
    assert.doesNotMatch(text, /--test|other-tests/);
    assert.equal(text.split('<li class="card">').length - 1, 16);
  });

  it('grows by a row for each test, not by charts', () => {
    const size = (count: number) => reportHtml(manyTests(count)).length;
    assert.ok((size(2000) - size(200)) / 1800 < 850, `${(size(2000) - size(200)) / 1800} characters for each test`);
  });

  it('has one row in the timeline for all tests without a row of their own', () => {
    const { record } = manyTests(5);
    const timeline = timelineOf(record, record.tests.slice(0, 2));
    assert.deepEqual(timeline?.rows, ['set-up', 'lf-v1', 'lf-v2', '3 others']);
    assert.deepEqual(
      timeline?.bars.filter(({ kind }) => kind === 'attempt').map(({ row }) => row),
      [1, 2, 3, 3, 3],
    );
    assert.equal(timeline?.attempts, 5);
  });

  it('shows all tests that its reader names, whatever their number', () => {
    const report = manyTests(200, { failed: 1 });
    const parts = selectTests(report, ['lf']);
    assert.deepEqual(parts.selection, { tests: 200, of: 200 });
    assert.equal(detailedTests({ ...report, ...parts }, 'curves').length, 200);
    const one = { ...report, ...selectTests(report, ['lf-v17', 'lf-v3']) };
    assert.deepEqual(names(one.record.tests), ['lf-v3', 'lf-v17']);
    assert.deepEqual(
      one.comparison?.metrics.map(({ metric }) => metric),
      ['lf-v3/bandwidth', 'lf-v17/bandwidth'],
    );
    assert.match(reportHtml(one), /This page covers 2 of 200 transport tests/);
    assert.throws(() => selectTests(report, ['lf-v01']), failureOfClass('NotFound', /did you mean "lf-v/));
  });
});

import assert from 'node:assert/strict';
import { LOAD_LOG, loadFilePath } from '../../../../activities/load/load-files.js';

describe('the path of a file in the log of a load pod', () => {
  it('is below the folder of the attempt, and ends as evidence does', () => {
    assert.equal(loadFilePath('agg/c1-r1-a1', 'profile_export.csv'), 'agg/c1-r1-a1/profile_export.csv');
    assert.equal(loadFilePath('agg/c1-r1-a1', 'page.html'), 'agg/c1-r1-a1/page.html.txt');
    assert.equal(loadFilePath('agg/c1-r1-a1', '..'), undefined);
  });

  it('is never that of the log itself', () => {
    assert.equal(loadFilePath('agg/c1-r1-a1', LOAD_LOG), 'agg/c1-r1-a1/load.log.txt');
    assert.equal(loadFilePath('agg/c1-r1-a1', 'LOAD.log'), 'agg/c1-r1-a1/LOAD.log.txt');
  });
});

import assert from 'node:assert/strict';
import { evidencePathProblem, isEvidencePath } from '../../../../suite/record/evidence-path.js';

describe('a path of evidence', () => {
  it('is any that the suite writes', () => {
    for (const path of [
      'nixl-ucx/r1-a1-4f2a01bc/node1.log',
      'nixl-ucx-v17/w1-a3-4f2a01bc/rank-nixl-ucx-0.deleted.log',
      'set-up/probe-ip-10-0-1-7.us-east-1.compute.internal.log',
      'disaggregated/c1-r1-a1-4f2a01bc/profile_export.jsonl.gz.base64',
      'disaggregated/c1-r1-a1-4f2a01bc/profile_export_aiperf.json',
      'disaggregated/c1-r1-a1-4f2a01bc/profile_export_aiperf.csv',
      'disaggregated/c1-r1-a1-4f2a01bc/errors.txt',
      'disaggregated/pods-4f2a01bc/bench-decode-0.previous.log',
      'aggregated/cells/0123456789abcdef.json',
    ])
      assert.equal(evidencePathProblem(path), undefined, path);
  });

  it('leaves no folder, fits every file system, and names no file that a browser runs', () => {
    for (const path of [
      '',
      '.',
      '..',
      '../x.log',
      'a/../../x.log',
      'a/./x.log',
      '/etc/x.log',
      'a//x.log',
      'a/',
      'a\\..\\x.log',
      'a/x.log\u0000',
      'a/x\n.log',
      'a/\u001b[2J.log',
      'a/.htaccess',
      `${'é'.repeat(300)}.log`,
      `a/${'x'.repeat(252)}.log`,
      `${'a/'.repeat(600)}x.log`,
      'a/x.html',
      'a/x.HTM',
      'a/x.svg',
      'a/x.xml',
      'a/x.js',
      'a/x',
      'a/x.log.',
      'a/x.log /y.log',
      'a.log/x.log',
      'record.json',
      'Results.JSON',
      'results.csv',
      'metrics.txt',
    ])
      assert.equal(isEvidencePath(path), false, JSON.stringify(path));
  });
});

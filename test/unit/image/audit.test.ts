import assert from 'node:assert/strict';
import { readAudit } from '../../../image/audit.js';

describe('look-up of vulnerabilities', () => {
  it('reports what the registry lists', () => {
    const report = { auditReportVersion: 2, vulnerabilities: { a: { severity: 'high', range: '<2' } } };
    assert.deepEqual(readAudit(JSON.stringify(report), ''), { state: 'vulnerable', lines: ['a <2: high'] });
    assert.deepEqual(readAudit('{"auditReportVersion":2,"vulnerabilities":{}}', ''), { state: 'clean' });
  });

  it('is not clean when the registry has no answer', () => {
    for (const [stdout, stderr, reason] of [
      [
        '{"message":"405 Method Not Allowed - POST …","error":{"summary":"","detail":""}}',
        '',
        '405 Method Not Allowed - POST …',
      ],
      ['{"error":{"code":"ENOTFOUND","summary":"request failed"}}', '', 'request failed'],
      ['', 'npm error network\nmore', 'npm error network'],
      ['', '', 'no output'],
    ] as const) {
      assert.deepEqual(readAudit(stdout, stderr), { state: 'unanswered', reason });
    }
  });
});

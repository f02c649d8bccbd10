import assert from 'node:assert/strict';
import { summaryText } from '../../../workflows/common/summary.js';

describe('a summary for the Web UI', () => {
  it('stays as it is, or is cut to the 400 characters that the server accepts', () => {
    assert.equal(summaryText('gpu-1 and gpu-2'), 'gpu-1 and gpu-2');
    const cut = summaryText(`${'a'.repeat(253)} and ${'b'.repeat(253)}`);
    assert.equal(cut.length, 400);
    assert.ok(cut.startsWith('a') && cut.endsWith('b…'));
  });
});

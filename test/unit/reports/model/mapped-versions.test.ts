import assert from 'node:assert/strict';
import { reportFiles } from '../../../../reports/files.js';
import { mappedVersionNotes } from '../../../../reports/model/mapped-versions.js';
import type { RankRecord, TransportCell } from '../../../../suite/record/record.js';
import { measuredCell, suiteRecord } from '../../../support/records.js';
import { textOfHtml } from '../../../support/snapshot.js';

const LIBRARIES = [
  { file: '/opt/nixl_cu12.libs/libucp-b39b3ed9.so.0.0.0', version: '1.22.0' },
  { file: '/opt/lib/libfabric.so.1.30.0', version: '2.3' },
];

function cell(test: string, libraries: RankRecord['libraries']): TransportCell {
  const measured = measuredCell({ workflowId: 'w', test, repetition: 1, bandwidth: 40e9 });
  const attempts = measured.attempts.map((attempt) => ({
    ...attempt,
    ranks: attempt.ranks.map((rank, i) => ({ ...rank, node: ['gpu-1', 'gpu-2'][i] ?? '', libraries })),
  }));
  return { ...measured, attempts };
}

function recordOf(ucx: string | undefined) {
  const record = suiteRecord('w', [cell('nixl-ucx', LIBRARIES), cell('nixl-more', LIBRARIES), cell('old', undefined)]);
  const probes = record.setup.probes.map((probe) => ({
    ...probe,
    versions: { libfabric: '2.3', ...(ucx === undefined ? {} : { ucx }) },
  }));
  return { ...record, setup: { ...record.setup, probes } };
}

describe('the report of libraries that are not those of the probe', () => {
  const note = 'nixl-ucx, nixl-more on gpu-1 and gpu-2: ucx 1.22.0 as mapped; ucx_info of the image says 1.13.1';

  it('names tests, nodes and both versions, and is silent where they agree', () => {
    assert.deepEqual(mappedVersionNotes(recordOf('1.13.1')), [note]);
    assert.deepEqual(mappedVersionNotes(recordOf('1.22.0')), []);
    assert.match(
      mappedVersionNotes(recordOf(undefined)).join(),
      /ucx 1\.22\.0 as mapped; ucx_info of the image finds none$/,
    );
  });

  it('is in Markdown and HTML', () => {
    const files = reportFiles({ record: recordOf('1.13.1'), complete: true, history: [] });
    assert.ok(files['report.md'].includes(note));
    assert.ok(textOfHtml(files['report.html']).includes(note));
  });
});

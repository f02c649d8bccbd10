import assert from 'node:assert/strict';
import { exportLines } from '../../../../results/exchange/export.js';
import { importLines } from '../../../../results/exchange/import.js';
import { dropRuns, runsToDrop } from '../../../../results/maintenance/retention.js';
import type { ResultStore } from '../../../../results/store.js';
import { failureOfClass } from '../../../support/failure-of-class.js';
import { fillStore } from '../../../support/filled-store.js';
import { recordNights } from '../../../support/nights.js';
import { measuredCell, runOf, suiteRecord } from '../../../support/records.js';
import { cellsOf, readRun, saveCell, saveRun, startRun } from '../../../support/stored.js';
import { onBothDatabases } from '../../../support/stores.js';

const TRUSTED = { label: 'export.jsonl', trust: true };

async function linesOf(store: ResultStore): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportLines(store)) lines.push(line);
  return lines;
}

async function* from(lines: readonly string[]): AsyncGenerator<string> {
  for (const line of lines) yield line.trimEnd();
}

onBothDatabases('export and import', (kind) => {
  it('lose nothing: an import exports the same lines, and a second one changes nothing', async () => {
    const store = await kind.create();
    await fillStore(store);
    const lines = await linesOf(store);
    const copy = await kind.create();
    await importLines(copy, from(lines), TRUSTED);
    assert.deepEqual(await linesOf(copy), lines);
    await importLines(copy, from(lines), TRUSTED);
    assert.deepEqual(await linesOf(copy), lines);
    assert.deepEqual(await readRun(copy, 'nightly-001'), await readRun(store, 'nightly-001'));
    assert.equal(await copy.readLog('nightly-002', 'lf/r1-a1/node2.log'), 'only of nightly-002');
  });

  it('take the store as it is at one moment, though others write and drop meanwhile', async () => {
    const store = await kind.create();
    await fillStore(store);
    const before = await linesOf(store);
    const other = kind.again(store);
    const lines: string[] = [];
    for await (const line of exportLines(store)) {
      lines.push(line);
      if (lines.length === 2) {
        await dropRuns(other, await runsToDrop(other, { keep: 2 }));
        await recordNights(other, [{ night: 20 }]);
        await other.saveLog('nightly-020', 'lf/r1-a1/node1.log', 'written meanwhile');
      }
    }
    assert.deepEqual(lines, before);
    assert.notDeepEqual(await linesOf(store), before);
  });

  it('say which line is wrong and what is wrong with it, and import nothing', async () => {
    const store = await kind.create();
    await fillStore(store);
    const lines = await linesOf(store);
    const at = (kind: string) => lines.findIndex((line) => line.startsWith(`{"kind":"${kind}"`));
    const replaced = (kind: string, change: (line: string) => string) =>
      lines.map((line, i) => (i === at(kind) ? change(line) : line));
    const header = lines[0] ?? '';
    const copy = await kind.create();
    for (const [wrong, message] of [
      [[], /^the export is empty/],
      [lines.slice(1), /^line 1: the first line is not the header of dynamo-bench results$/],
      [[header.replace(':2}', ':3}')], /^line 1: the export has version 3/],
      [[header, '{"kind":"ce'], /^line 2: invalid JSON/],
      [[header, 'null'], /^line 2: .*expected object/],
      [[header, '{"kind":"cel"}'], /^line 2: kind: unknown kind of line "cel"; did you mean "cell"\?$/],
      [[header, '{"kind":"cell"}'], /^line 2: record: .*expected object/],
      [
        replaced('cell', (line) => line.replace('"rows":[', '"rows":[7,')),
        /^line 8: record: rows: 0: .*expected object/,
      ],
      [
        replaced('evidence', (line) => line.replace(/"sha256":"./, '"sha256":"?')),
        /^line 2: sha256: expected a SHA-256/,
      ],
      [
        replaced('evidence', (line) => line.replace(/"sha256":"[^"]*"/, `"sha256":"${'0'.repeat(64)}"`)),
        /^line 2: .* its hash differs$/,
      ],
      [
        replaced('evidence', (line) => line.replace('"body":"', '"body":"AAAA')),
        /^line 2: cannot decompress evidence [0-9a-f]{64}$/,
      ],
      [
        lines.toSpliced(at('evidence'), 1),
        /^line \d+: this line refers to the evidence [0-9a-f]{64}, which no earlier line contains/,
      ],
      [replaced('cell', (line) => line.replace('4 × 100', '8 × 100')), /refers to the cell [0-9a-f]/],
      [lines.slice(0, -1), /^the export is truncated: its last line, \d+, is not the end marker/],
      [lines.toSpliced(at('baseline'), 1), /^line \d+: wrong number of lines of kind baseline: found 0, expected 1/],
      [[...lines, header], /^line \d+: unexpected data after the end marker/],
    ] as const) {
      await assert.rejects(importLines(copy, from(wrong), TRUSTED), failureOfClass('InvalidExport', message));
    }
    assert.deepEqual(await linesOf(copy), await linesOf(await kind.create()), 'nothing of all that was imported');
  });

  it('bring a run up to date that went on when it was exported first, and replace nothing else', async () => {
    const store = await kind.create();
    const cell = measuredCell({ workflowId: 'w' });
    const failed = { ...cell, verdict: 'fail' as const, recordedAt: '2026-01-01T02:35:00.000Z' };
    const complete = suiteRecord('w', [cell]);
    const { endedAt, tests, ...started } = complete;
    await startRun(store, { ...started, tests: tests.map(({ cells, ...test }) => test) });
    await saveCell(store, runOf('w'), failed);
    await store.saveLog('w', 'x.log', 'so far');
    const early = await linesOf(store);
    await saveCell(store, runOf('w'), cell);
    await saveRun(store, complete);
    await store.saveLog('w', 'x.log', 'whole');
    const late = await linesOf(store);

    const copy = await kind.create();
    const imported = async (lines: readonly string[]) => (await importLines(copy, from(lines), TRUSTED)).runs;
    assert.deepEqual(await imported(early), { added: 1, ended: 0, present: 0 });
    assert.equal((await readRun(copy, 'w')).complete, false);
    assert.deepEqual(await imported(late), { added: 0, ended: 1, present: 0 });
    const inStore = async (of: ResultStore) => [
      await readRun(of, 'w'),
      await cellsOf(of, 'w', cell.test),
      await of.readLog('w', 'x.log'),
    ];
    const expected = [await readRun(store, 'w'), [failed], 'so far'];
    assert.deepEqual(await inStore(copy), expected);
    assert.deepEqual(await imported(early), { added: 0, ended: 0, present: 1 });
    assert.deepEqual(await inStore(copy), expected);
  });
});

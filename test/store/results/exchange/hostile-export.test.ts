import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { siteFiles } from '../../../../reports/site.js';
import { exportLines } from '../../../../results/exchange/export.js';
import { importLines } from '../../../../results/exchange/import.js';
import { splitLines } from '../../../../results/exchange/lines.js';
import { cellId } from '../../../../results/records/cells.js';
import { writeBelow } from '../../../../results/records/folder.js';
import { readHistory } from '../../../../results/records/history.js';
import { linkCellsBeforeReset } from '../../../../results/records/run-cells.js';
import { resolveRun } from '../../../../results/records/run-names.js';
import { headOf } from '../../../../results/records/runs.js';
import { acceptBaseline } from '../../../../results/regression/baselines.js';
import { compareRun } from '../../../../results/regression/compare-run.js';
import type { ResultStore } from '../../../../results/store.js';
import type { SuiteRecord } from '../../../../suite/record/record.js';
import { failureOfClass } from '../../../support/failure-of-class.js';
import { recordNights } from '../../../support/nights.js';
import { measuredCell, suiteRecord, withLog } from '../../../support/records.js';
import { cellsOf, findCell, readRun, runs, saveRun, startRun } from '../../../support/stored.js';
import { onBothDatabases } from '../../../support/stores.js';

const HASH = 'a'.repeat(64);
const UNTRUSTED = { label: 'mail.jsonl' };

type Line = Readonly<Record<string, unknown>>;

function exportOf(lines: readonly Line[]): string[] {
  const all: Line[] = [{ kind: 'header', format: 'dynamo-bench results', version: 2 }, ...lines];
  const counts: Record<string, number> = {};
  for (const { kind } of all) counts[String(kind)] = (counts[String(kind)] ?? 0) + 1;
  return [...all, { kind: 'end', counts }].map((line) => JSON.stringify(line));
}

async function* from(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

async function linesOf(store: ResultStore): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportLines(store)) lines.push(line.trimEnd());
  return lines;
}

function runLine(record: SuiteRecord, more: Line = {}, row: Line = {}): Line {
  const cells = record.tests.flatMap((test) => test.cells.map(cellId));
  return {
    kind: 'run',
    row: {
      workflow_id: record.workflowId,
      run_id: record.runId,
      suite: record.suite,
      started_at: record.startedAt,
      ended_at: record.endedAt,
      verdict: record.verdict,
      temporal_namespace: null,
      record: JSON.stringify(headOf(record)),
      ...row,
    },
    cells,
    ...more,
  };
}

function evidenceLine(text: Buffer | string, more: Line = {}): Line & { readonly sha256: string } {
  const bytes = Buffer.from(text as string);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const body = zstdCompressSync(bytes).toString('base64');
  return { kind: 'evidence', sha256, bytes: bytes.length, encoding: 'zstd', body, ...more };
}

onBothDatabases('an export from outside', (kind) => {
  const AT = '2026-01-01T00:00:00.000Z';
  const cell = measuredCell({ workflowId: 'w' });
  const good = suiteRecord('w', [cell]);
  const refused = async (lines: readonly string[], message: RegExp) => {
    const store = await kind.create();
    await assert.rejects(importLines(store, from(lines), UNTRUSTED), failureOfClass('InvalidExport', message));
    assert.deepEqual(await runs(store), []);
  };

  it('is imported when nothing is wrong with it', async () => {
    const store = await kind.create();
    const lines = exportOf([{ kind: 'cell', record: cell }, runLine(good)]);
    assert.equal((await importLines(store, from(lines), UNTRUSTED)).runs.added, 1);
    assert.deepEqual((await readRun(store, 'w')).record, good);
  });

  it('is refused when a path of it leaves its folder', async () => {
    for (const path of [
      '../../x',
      '..',
      '/etc/x.log',
      'a\\..\\x.log',
      'a/x.log\u0000',
      'a/x.html',
      `${'é'.repeat(300)}.log`,
    ]) {
      const hostile = withLog(cell, { path });
      await refused(
        exportOf([{ kind: 'cell', record: hostile }]),
        /^line 2: record: attempts: 0: ranks: 0: log: path: /,
      );
      const evidence = evidenceLine('text');
      const row = { workflow_id: 'w', path, sha256: evidence.sha256, stored_at: AT };
      await refused(exportOf([evidence, { kind: 'log', row }]), /^line 3: row: path: /);
    }
    for (const workflowId of ['.', '..', '', 'a\u001b[2J', 'x'.repeat(1001), '\ud800']) {
      const record = { ...suiteRecord('w', []), workflowId };
      await refused(exportOf([runLine(record)]), /^line 2: row: workflow_id: /);
    }
    for (const suite of ['../x', '..', 'a/b', '', 'é'.repeat(300), '<img>'])
      await refused(exportOf([runLine(suiteRecord('w', [], { suite }))]), /^line 2: row: suite: /);
    for (const name of ['../x', 'a b', '']) {
      const tests = good.tests.map((test) => ({ ...test, name, cells: [] }));
      await refused(exportOf([runLine({ ...good, tests })]), /^line 2: .*tests\.0\.name/);
    }
  });

  it('is refused when a record in it is not one', async () => {
    for (const [record, message] of [
      ['null', /Invalid input/],
      ['{"version":1}', /suite: /],
      [JSON.stringify({ ...headOf(good), tests: 'x' }), /tests: Invalid input: expected array/],
      [JSON.stringify({ ...headOf(good), spec: JSON.parse('['.repeat(100) + ']'.repeat(100)) }), /more than 64 levels/],
      [JSON.stringify({ ...headOf(good), workflowId: 'another' }), /different values of workflowId/],
      [JSON.stringify({ ...headOf(good), verdict: 'fail' }), /different values of verdict/],
      ['{"version":99}', /version 99/],
      ['{', /JSON/],
    ] as const) {
      const lines = exportOf([{ kind: 'cell', record: cell }, runLine(good, {}, { record })]);
      await refused(lines, new RegExp(`^line 3: .*${message.source}`));
    }
    // Of a version that this program cannot read, no field is used but those of the tables.
    for (const field of [{ attempts: 5 }, { rows: {} }, { measurement: 5 }]) {
      const store = await kind.create();
      const unknown = { ...cell, version: 99, ...field };
      await importLines(store, from(exportOf([{ kind: 'cell', record: unknown }])), UNTRUSTED);
      assert.deepEqual(await runs(store), []);
    }
    const failure = { ...cell, version: 99, failure: { class: {} } };
    await refused(exportOf([{ kind: 'cell', record: failure }]), /^line 2: record: failure: class: /);
    const { nodes: _, ...former } = cell;
    for (const pods of ['x', [null], 5]) {
      await refused(exportOf([{ kind: 'cell', record: { ...former, version: 1, pods } }]), /^line 2: record: nodes/);
    }
    const deep = `{"kind":"cell","record":${'['.repeat(1e6)}${']'.repeat(1e6)}}`;
    await refused([exportOf([])[0] ?? '', deep], /^line 2: invalid JSON: more than 64 levels/);
    const comparison = { workflow_id: 'w', run_id: 'run-w', record: 'null' };
    const lines = exportOf([{ kind: 'cell', record: cell }, runLine(good), { kind: 'comparison', row: comparison }]);
    await refused(lines, /^line 4: .*its comparison/);
  });

  it('is refused when a number in it is none of the quantity', async () => {
    for (const bytes of [-1e300, -1, 1.5, 2 ** 40])
      await refused(exportOf([evidenceLine('text', { bytes })]), /^line 2: bytes: /);
    const infinite = exportOf([evidenceLine('text', { bytes: 0 })]).map((line) =>
      line.replace('"bytes":0', '"bytes":1e999'),
    );
    await refused(infinite, /^line 2: bytes: /);
    await refused(exportOf([{ kind: 'cell', record: withLog(cell, { bytes: -1e300 }) }]), /bytes: Too small/);
    const [row] = cell.rows;
    assert.ok(row);
    const negative = { ...cell, rows: [{ ...row, bytesPerSecond: -1 }] };
    await refused(
      exportOf([{ kind: 'cell', record: negative }]),
      /^line 2: record: rows: 0: bytesPerSecond: Too small/,
    );
    await refused(exportOf([runLine(good, { cells: Array(20_001).fill(HASH) })]), /^line 2: cells: Too big/);
    await refused(exportOf([runLine(good, {}, { started_at: 'yesterday' })]), /^line 2: row: started_at: /);
  });

  it('is refused before it unpacks more than its lines name', async () => {
    const bomb = evidenceLine(Buffer.alloc(300 * 2 ** 20));
    await refused(exportOf([{ ...bomb, bytes: 10 }]), /^line 2: evidence .* does not unpack to the 10 bytes/);
    const before = process.memoryUsage.rss();
    const many = exportOf(Array.from({ length: 8 }, () => bomb));
    await refused(many, /^line 5: the export is too large: its evidence unpacks to more than 1\.17 GiB so far/);
    assert.ok(process.memoryUsage.rss() - before < 200 * 2 ** 20, 'the unpacked texts are not kept');
    await refused(exportOf([{ ...evidenceLine('text'), bytes: 5 }]), /does not unpack to the 5 bytes/);
  });

  it('is refused when a long line begins as evidence and has many values', async () => {
    const values = `{"kind":"evidence","x":[${'0,'.repeat(17 * 2 ** 20)}0]}`;
    await refused([exportOf([])[0] ?? '', values], /^line 2: .*a line without evidence has more than 32 MiB/);
  });

  it('replaces nothing that is in the store, whatever its dates', async () => {
    for (const trust of [false, true]) {
      const store = await kind.create();
      await saveRun(store, good);
      await store.saveLog('w', 'nixl-libfabric/r1-a1/node1.log', 'honest');
      const before = await linesOf(store);
      const forged = measuredCell({ workflowId: 'w', bandwidth: 49e9, at: '2999-01-01T00:00:00.000Z' });
      const evidence = evidenceLine('forged');
      const log = { workflow_id: 'w', path: 'nixl-libfabric/r1-a1/node1.log', sha256: evidence.sha256 };
      const lines = exportOf([
        evidence,
        { kind: 'cell', record: forged },
        { kind: 'workflow-cell', workflowId: 'w', cell: cellId(forged) },
        { kind: 'log', row: { ...log, stored_at: '2999-01-01T00:00:00.000Z' } },
        runLine(suiteRecord('w', [forged], { endedAt: '2999-01-01T00:00:00.000Z' })),
      ]);
      const { runs: counts, kept } = await importLines(store, from(lines), { ...UNTRUSTED, trust });
      assert.deepEqual(counts, { added: 0, ended: 0, present: 1 });
      assert.equal(kept, 3, 'the current cell, the log and the run');
      assert.deepEqual(await cellsOf(store, 'w', cell.test), [cell]);
      assert.equal(await store.readLog('w', 'nixl-libfabric/r1-a1/node1.log'), 'honest');
      const ofStore = new Set(await linesOf(store));
      assert.deepEqual(
        before.filter((line) => !line.includes('"kind":"end"') && !ofStore.has(line)),
        [],
      );
    }
  });

  it('does not end a run of this store, nor an imported one without its cells', async () => {
    const mine = await kind.create();
    const { endedAt: _, ...open } = headOf(good);
    await startRun(mine, open);
    const ended = exportOf([{ kind: 'cell', record: cell }, runLine(good)]);
    const { runs: left, kept } = await importLines(mine, from(ended), { ...UNTRUSTED, trust: true });
    assert.deepEqual([left, kept], [{ added: 0, ended: 0, present: 1 }, 1]);
    assert.equal((await readRun(mine, 'w')).complete, false);
    const store = await kind.create();
    const { endedAt, tests, ...started } = good;
    const active = { ...started, tests: [], endedAt: started.startedAt, verdict: 'skipped' as const };
    const activeLine = runLine(
      { ...active, tests: [{ ...tests[0], cells: [cell] } as never] },
      {},
      { ended_at: null, verdict: 'running' },
    );
    const lines = exportOf([{ kind: 'cell', record: cell }, activeLine]);
    await importLines(store, from(lines), UNTRUSTED);
    const without = exportOf([runLine(suiteRecord('w', []))]);
    assert.deepEqual((await importLines(store, from(without), UNTRUSTED)).runs, { added: 0, ended: 0, present: 1 });
    const whole = exportOf([{ kind: 'cell', record: cell }, runLine(good)]);
    assert.deepEqual((await importLines(store, from(whole), UNTRUSTED)).runs, { added: 0, ended: 1, present: 0 });
    assert.deepEqual((await readRun(store, 'w')).record, good);
  });

  it('gives no suite a cell, no baseline and no history unless it is trusted', async () => {
    const source = await kind.create();
    const records = await recordNights(source, [
      { night: 0, bandwidth: 20e9 },
      { night: 1, bandwidth: 20e9 },
    ]);
    await source.write(async (transaction) => {
      await acceptBaseline(transaction, await resolveRun(transaction, 'nightly-000'), {
        name: 'default',
        reason: '',
        at: AT,
      });
    });
    const lines = await linesOf(source);
    const store = await kind.create();
    const [mine] = await recordNights(store, [{ night: 5 }]);
    assert.ok(mine && records[0]);
    const imported = await importLines(store, from(lines), UNTRUSTED);
    assert.deepEqual([imported.runs.added, imported.withheld], [2, 7], 'six current cells and a baseline');
    const key = records[0].tests[0]?.cells[0]?.key ?? '';
    assert.equal(await findCell(store, 'nightly-000', key), undefined);
    const untrusted = await store.use((kysely) => compareRun(kysely, mine));
    assert.deepEqual([untrusted.baseline.kind, untrusted.baseline.runs], ['rolling', []]);
    const named = await store.use(async (kysely) =>
      compareRun(kysely, mine, { against: await resolveRun(kysely, 'nightly-000') }),
    );
    assert.match(named.baseline.runs[0]?.origin ?? '', /^imported from mail\.jsonl on .*, not trusted$/);
    await assert.rejects(
      store.write(async (transaction) =>
        acceptBaseline(transaction, await resolveRun(transaction, 'nightly-000'), { name: 'x', reason: '', at: AT }),
      ),
      failureOfClass('InvalidSpec', /imported without trust/),
    );
    const [history] = await store.use((kysely) => readHistory(kysely, { suite: 'p5' }));
    assert.deepEqual(
      history?.points.map(({ origin }) => origin?.label),
      ['mail.jsonl', 'mail.jsonl', undefined],
    );

    const again = await importLines(store, from(lines), { ...UNTRUSTED, trust: true });
    assert.deepEqual([again.runs, again.kept, again.withheld], [{ added: 0, ended: 0, present: 2 }, 0, 0]);
    assert.equal((await findCell(store, 'nightly-000', key))?.key, key);
    const trusted = await store.use((kysely) => compareRun(kysely, mine));
    assert.deepEqual([trusted.baseline.name, trusted.baseline.runs.length], ['default', 1]);
  });

  it('is not taken over by a suite of the same workflow id or by --resume-from', async () => {
    const store = await kind.create();
    const lines = exportOf([
      { kind: 'cell', record: cell },
      { kind: 'workflow-cell', workflowId: 'w', cell: cellId(cell) },
      runLine(good),
    ]);
    for (const [trust, found] of [
      [false, undefined],
      [true, cell.key],
    ] as const) {
      await importLines(store, from(lines), { ...UNTRUSTED, trust });
      assert.equal((await findCell(store, 'w', cell.key))?.key, found);
    }
  });

  it('does not continue a run of this store that was reset, or give it cells', async () => {
    const store = await kind.create();
    await importLines(store, from(exportOf([{ kind: 'cell', record: cell }, runLine(good)])), UNTRUSTED);
    const mine = { ...suiteRecord('w', []), runId: 'mine' };
    const { endedAt, ...started } = headOf({ ...mine, tests: good.tests.map((test) => ({ ...test, cells: [] })) });
    await startRun(store, started);
    await store.write((transaction) =>
      linkCellsBeforeReset(transaction, { workflowId: 'w', runId: 'mine' }, [cell.test]),
    );
    assert.deepEqual((await readRun(store, 'w@mine')).record.tests[0]?.cells, []);
  });

  it('stays untrusted on its way through another store', async () => {
    const first = await kind.create();
    await importLines(first, from(exportOf([{ kind: 'cell', record: cell }, runLine(good)])), UNTRUSTED);
    const second = await kind.create();
    await importLines(second, from(await linesOf(first)), { label: 'first.jsonl', trust: true });
    assert.deepEqual(
      (await runs(second)).map(({ origin }) => [origin?.label, origin?.trusted]),
      [['mail.jsonl', false]],
    );
  });

  it('leaves one bad run of an earlier import out of the site, and the newest good one is the latest', async () => {
    const store = await kind.create();
    await saveRun(store, good);
    for (const [i, record] of ['null', '{"version":1}', '{"version":2,"tests":"x"}', '['.repeat(10_000)].entries()) {
      const row = { workflow_id: `bad-${i}`, run_id: 'r', suite: 'p5', started_at: `2027-01-0${i + 1}T00:00:00.000Z` };
      await store.use((kysely) =>
        kysely
          .insertInto('run')
          .values({ ...row, ended_at: row.started_at, verdict: 'pass', record })
          .execute(),
      );
    }
    await saveRun(store, suiteRecord('evil', [withLog(measuredCell({ workflowId: 'evil' }), { path: 'a/x.log' })]));
    await store.use((kysely) =>
      kysely.updateTable('run').set({ suite: '../../x' }).where('workflow_id', '=', 'evil').execute(),
    );
    const left: string[] = [];
    const latest = await store.use((kysely) => resolveRun(kysely, 'latest', ({ message }) => left.push(message)));
    assert.equal(latest.suite === 'p5' || latest.workflowId === 'evil', true);
    assert.equal(left.length, 4);
    assert.match(left[0] ?? '', /^the record of run bad-3@r cannot be read: /);
    const out = await mkdtemp(join(tmpdir(), 'site-'));
    try {
      const missing: string[] = [];
      for await (const { path, text } of siteFiles(store, 100, ({ message }) => missing.push(message)))
        await writeBelow(join(out, 'site'), path, [text]);
      assert.equal(missing.length, 4);
      assert.deepEqual(await readdir(out), ['site']);
      assert.deepEqual((await readdir(join(out, 'site', 'runs'))).sort(), ['evil', 'w']);
      const compared = await store.use((kysely) =>
        compareRun(kysely, { ...good, startedAt: '2028-01-01T00:00:00.000Z' }),
      );
      assert.equal(compared.version, 1);
    } finally {
      await rm(out, { recursive: true });
    }
  });
});

describe('lines of an export', () => {
  const lines = async (chunks: readonly string[], most: number) => {
    const found: string[] = [];
    const source = (async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk);
    })();
    for await (const line of splitLines(source, most)) found.push(line);
    return found;
  };

  it('are whole, wherever the chunks end', async () => {
    assert.deepEqual(await lines(['a\nb', 'c', '\n\nd'], 10), ['a', 'bc', '', 'd']);
    assert.deepEqual(await lines(['é'.slice(0, 1), '\n'], 10), ['é']);
    assert.deepEqual(await lines([], 10), []);
  });

  it('are refused while they arrive when one is too long', async () => {
    let chunks = 0;
    const endless = (async function* () {
      for (;;) {
        chunks += 1;
        yield Buffer.alloc(2 ** 16, 'x');
      }
    })();
    await assert.rejects(
      splitLines(endless, 2 ** 20).next(),
      failureOfClass('InvalidExport', /^the export is too large: line 1 has more than 1 MiB$/),
    );
    assert.equal(chunks, 17);
  });
});

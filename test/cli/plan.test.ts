import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { ResultStore } from '../../results/store.js';
import { inProcess } from '../support/in-process.js';
import { measuredCell, suiteRecord } from '../support/records.js';
import { saveRun } from '../support/stored.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const lf = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };

describe('dynamo-bench plan', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dynamo-bench-plan-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const plan = (...args: string[]) => inProcess(['plan', ...args, '--results', folder]);

  function specFile(spec: object): string {
    const file = join(folder, 'spec.json');
    writeFileSync(file, JSON.stringify(spec));
    return file;
  }

  it('shows cells in order, pods, time and node-hours, and talks to no cluster', async () => {
    const { exitCode, stdout } = await plan(join(root, 'suites/p5.json'));
    assert.equal(exitCode, 0);
    assert.match(stdout, /^p5: 3 cells in 3 blocks$/m);
    assert.match(
      stdout,
      /^ {2}time {7}if started now, expected end (\S+ )?\d\d:\d\d \(in [^()]+, ± [^()]+\), estimated from the parameters;/m,
    );
    assert.match(stdout, /^ {2}node-hours [\d.]+ to [\d.]+ \(two nodes\)$/m);
    assert.match(stdout, /1\. ucx-native repetition 1: 32 NICs, .*\n {2}2\. nixl-libfabric .*\n {2}3\. nixl-ucx /);
  });

  it('shows what phase 3 would deploy and load', async () => {
    const { exitCode, stdout } = await plan(join(root, 'suites/p5-dynamo.json'));
    assert.equal(exitCode, 0);
    assert.match(stdout, /^p5-dynamo: \d+ cells in 3 blocks$/m);
    assert.match(
      stdout,
      /^inference tests:\n {2}- aggregated: aggregated, concurrency 1, 4, 16: 2 workers with 2 GPUs /m,
    );
  });

  it('ends with exit code 1 when something is refused, in text and in JSON', async () => {
    const file = specFile({
      name: 's',
      resources: { devices: [{ resource: 'vpc.amazonaws.com/efa', count: 33 }] },
      tests: [lf],
    });
    const text = await plan(file);
    assert.equal(text.exitCode, 1);
    assert.match(text.stdout, /^refused:\n {2}- nodes of type p5\.48xlarge: have 32 NICs; a rank requests 33 /m);
    const json = await plan(file, '--json');
    assert.equal(json.exitCode, 1);
    assert.equal((JSON.parse(json.stdout) as { refused: unknown[] }).refused.length, 1);
  });

  it('says what keeps it from looking at the cluster, and shows the plan all the same', async () => {
    const file = specFile({ name: 's', cluster: { context: 'no-such-context' }, tests: [lf] });
    const { exitCode, stdout } = await plan(file, '--cluster');
    assert.equal(exitCode, 1);
    assert.match(stdout, /^refused:\n {2}- cluster: /m);
    assert.match(stdout, /1\. lf repetition 1/);
  });

  it('names what is wrong in a spec with exit code 1, and a file that it cannot read with 2', async () => {
    const wrong = await plan(specFile({ name: 's', tests: [{ ...lf, backend: 'x' }] }));
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.stdout, /tests\[0\]\.backend: unknown back end "x"/);
    assert.equal((await plan(join(folder, 'missing.json'))).exitCode, 2);
  });

  it('prints only the objects with --manifests, and why the suite would be refused on standard error', async () => {
    const file = specFile({ name: 's', resources: { efa: { count: 33 } }, tests: [lf] });
    const { exitCode, stdout, stderr } = await plan(file, '--manifests');
    assert.equal(exitCode, 1);
    assert.match(stderr, /^refused:\n {2}- nodes of type p5\.48xlarge/m);
    const documents = parseAllDocuments(stdout);
    assert.deepEqual(
      documents.map((document) => (document.toJS() as { kind: string }).kind),
      ['ConfigMap', 'Deployment', 'Service', 'Lease', 'Lease', 'Pod', 'Pod', 'Pod', 'Pod'],
    );
    assert.match(stdout, /^---\n# test lf, repetition 1, attempt 1: rank on node2\napiVersion: v1\nkind: Pod$/m);
    const json = await plan(file, '--manifests', '--json');
    const { manifests, cells } = JSON.parse(json.stdout) as { manifests: object[]; cells: object[] };
    assert.deepEqual([manifests.length, cells.length], [9, 1]);
  });

  describe('with --dry-run server', () => {
    const requests: string[] = [];
    /** Refuses the pods of ranks as a quota does, and forbids Leases as RBAC does. */
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => (body += piece.toString()));
      request.on('end', () => {
        requests.push(`${request.method} ${request.url}`);
        const refuse = (message: string) => {
          response.writeHead(403, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ kind: 'Status', code: 403, reason: 'Forbidden', message }));
        };
        if (request.url?.includes('/leases')) {
          refuse('leases.coordination.k8s.io is forbidden: User "me" cannot create resource "leases" in API group');
        } else if (quota && body.includes('/dynamo-bench/entry.sh')) {
          refuse('pods "rank" is forbidden: exceeded quota: gpus');
        } else {
          response.end(body);
        }
      });
    });
    let quota = true;
    let kubeconfig = '';
    before(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as { port: number };
      kubeconfig = JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
        users: [{ name: 'u', user: {} }],
      });
    });
    after(() => server.close());

    const dryRun = (...args: string[]) => {
      requests.length = 0;
      const config = join(folder, 'kubeconfig');
      writeFileSync(config, kubeconfig);
      const file = specFile({ name: 's', tests: [lf] });
      return inProcess(['plan', file, '--results', folder, '--dry-run=server', ...args], { KUBECONFIG: config });
    };

    it('shows what the API server refuses, with exit code 1, and creates nothing', async () => {
      quota = true;
      const { exitCode, stdout, stderr } = await dryRun();
      assert.equal(exitCode, 1);
      assert.match(stdout, /^ {2}accepted {2}ConfigMap dynamo-bench\/bench-00000000 \(set-up: /m);
      assert.match(
        stdout,
        /^ {2}REFUSED Pod .*-node1 \(test lf, .*\): pods "rank" is forbidden: exceeded quota: gpus$/m,
      );
      assert.match(stdout, /^6 objects accepted, 2 refused, 2 unchecked; nothing was created$/m);
      // A forbidden request is repeated for more than two seconds, because a new API server forbids too much.
      assert.match(stderr, /^asking http:\/\/127\.0\.0\.1:\d+: \d+ of 10 objects$/m);
      assert.ok(requests.length >= 10);
      assert.ok(
        requests.every((request) => /[?&]dryRun=All(&|$)/.test(request) && /fieldValidation=Strict/.test(request)),
      );
    });

    it('ends with exit code 3 when it could not check everything, also as JSON', async () => {
      quota = false;
      const { exitCode, stdout } = await dryRun('--json');
      assert.equal(exitCode, 3);
      const { dryRun: answers } = JSON.parse(stdout) as { dryRun: { outcome: string; kind: string }[] };
      assert.deepEqual(
        answers.filter(({ outcome }) => outcome === 'unchecked').map(({ kind }) => kind),
        ['Lease', 'Lease'],
      );
    });
  });

  it('prints every one of 1,000 cells as JSON', async () => {
    const matrix = { numIter: Array.from({ length: 100 }, (_, i) => i + 1) };
    const { stdout } = await plan(specFile({ name: 's', tests: [{ ...lf, repetitions: 10, matrix }] }), '--json');
    const { cells } = JSON.parse(stdout) as { cells: { test: string; repetition: number }[] };
    assert.equal(new Set(cells.map(({ test, repetition }) => `${test} ${repetition}`)).size, 1000);
  });

  it('learns how long cells take from earlier runs of the same suite on the same instance type', async () => {
    const store = new ResultStore(folder);
    const record = (workflowId: string, minutes: number, instanceType: string, suite = 's') => {
      const cell = measuredCell({ workflowId, test: 'lf', key: `key-${workflowId}` });
      const startedAt = '2026-01-01T00:00:00.000Z';
      const attempts = cell.attempts.map((attempt) => ({
        ...attempt,
        startedAt,
        endedAt: new Date(Date.parse(startedAt) + minutes * 60_000).toISOString(),
      }));
      assert.ok(cell.provenance);
      const nodes = cell.provenance.nodes.map((node) => ({ ...node, instanceType }));
      return suiteRecord(workflowId, [{ ...cell, attempts, provenance: { ...cell.provenance, nodes } }], { suite });
    };
    for (const run of [
      record('first', 2, 'p5.48xlarge'),
      record('second', 3, 'p5.48xlarge'),
      record('other-nodes', 20, 'p5en.48xlarge'),
      record('other-suite', 40, 'p5.48xlarge', 'other'),
    ]) {
      await saveRun(store, run);
    }
    await store.close();
    const file = specFile({ name: 's', tests: [lf] });
    const { stdout } = await plan(file);
    assert.match(stdout, /1\. lf repetition 1: 32 NICs, 2 min to 3 min$/m);
    assert.match(stdout, /, 1 test estimated from 2 earlier runs of this suite;/);
    const byVariable = await inProcess(['plan', file], { RESULTS_DIR: folder });
    assert.equal(byVariable.stdout, stdout, 'where the worker puts them');
  });

  it('goes by the parameters where the results cannot be read, and says why', async () => {
    writeFileSync(join(folder, 'results.db'), 'no database at all, and longer than a header of one would be');
    const { exitCode, stdout, stderr } = await plan(specFile({ name: 's', tests: [lf] }));
    assert.equal(exitCode, 0);
    assert.match(stdout, /, estimated from the parameters;/);
    assert.match(stderr, /^warning: Times of earlier runs are not used: /);
  });
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { LOCAL } from '../../support/box.js';
import { isolated } from '../../support/environment.js';
import { matchesSnapshot } from '../../support/snapshot.js';

const CHART = fileURLToPath(new URL('../../../../charts/dynamo-bench', import.meta.url));
const SUITE = { name: 'p5', tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }] };

/** The templates whose text the values below change; those of the policies are tested on the box. */
const SHOWN = ['namespaces', 'worker', 'store', 'temporal', 'schedules', 'maintenance', 'site', 'tests/doctor'];

/** Values of typical installations by the name of their snapshot. */
const INSTALLATIONS: Readonly<Record<string, object>> = {
  trial: { temporal: { devServer: { enabled: true } } },
  'temporal-cloud': {
    image: { repository: 'registry.example.com/dynamo-bench', digest: `sha256:${'0123456789abcdef'.repeat(4)}` },
    temporal: {
      address: 'team.a1b2c.tmprl.cloud:7233',
      namespace: 'team.a1b2c',
      apiKeySecret: { name: 'temporal-api-key' },
      tls: { enabled: true },
    },
    store: { kind: 'postgres', postgres: { urlSecret: { name: 'results-database' } } },
    worker: { replicas: 2 },
  },
  versions: {
    image: { tag: '0.2.0' },
    temporal: {
      address: 'temporal-frontend.temporal.svc:7233',
      tls: { enabled: true, secret: 'temporal-mtls', serverCa: true },
    },
    worker: { versioning: { enabled: true, previousBuilds: [{ buildId: '0.1.0', tag: '0.1.0' }] } },
  },
  everything: {
    temporal: { address: 'temporal-frontend.temporal.svc:7233' },
    store: { kind: 'bundled', keep: false, bundled: { passwordSecret: 'results-password' } },
    payloadKey: { secret: 'payload-key' },
    webhook: { secret: 'webhook' },
    schedules: [{ name: 'nightly-p5', cron: '30 2 * * *', timeZone: 'Europe/Berlin', pauseOn: ['fail'], suite: SUITE }],
    retention: { keep: 30, olderThan: '400d' },
    site: { enabled: true, from: [{ namespaceSelector: { matchLabels: { name: 'ingress' } } }] },
  },
  'existing-namespaces': {
    namespaces: { create: false, worker: 'team-a', benchmark: 'team-a-bench' },
    temporal: { address: 'temporal:7233' },
    store: { sqlite: { existingClaim: 'results' } },
    cleanup: { enabled: false },
    nodeSelector: { pool: 'system' },
    tolerations: [{ key: 'system', operator: 'Exists' }],
  },
};

describe('the values of the Helm chart', function () {
  this.timeout(300_000);

  let program: string;
  const helm = (args: readonly string[], values: object) =>
    isolated(program, [...args, '--kube-version', '1.37.2', '--values', '-'], {
      input: JSON.stringify(values),
      reject: false,
    });

  before(async () => {
    program = (await execa(join(LOCAL, 'helm.sh'), { stderr: 'inherit' })).stdout;
  });

  for (const [name, values] of Object.entries(INSTALLATIONS)) {
    it(`render the installation "${name}" as in its snapshot, without complaints of helm lint`, async () => {
      const lint = await helm(['lint', CHART, '--strict'], values);
      assert.equal(lint.exitCode, 0, lint.stdout);
      const rendered = await helm(['template', 'bench', CHART], values);
      assert.equal(rendered.exitCode, 0, rendered.stderr);
      const shown = rendered.stdout
        .split(/^---\n/m)
        .filter((text) => SHOWN.some((template) => text.includes(`/templates/${template}.yaml\n`)));
      matchesSnapshot(`chart/${name}.yaml`, `---\n${shown.join('---\n')}`);
    });
  }

  it('put the alert rules and the dashboard of the repository into the cluster', async () => {
    const on = { enabled: true };
    const values = { ...INSTALLATIONS.trial, monitoring: { podMonitor: on, rules: on, dashboard: on } };
    const { stdout } = await helm(['template', 'bench', CHART, '--show-only', 'templates/monitoring.yaml'], values);
    for (const text of [
      'kind: PodMonitor',
      'kind: PrometheusRule',
      'alert: DynamoBenchNoWorker',
      '"uid": "dynamo-bench"',
    ])
      assert.ok(stdout.includes(text), text);
  });

  for (const [what, values, message] of [
    ['a misspelled value', { worker: { replica: 2 } }, /replica/],
    ['a misspelled value of the store', { store: { sqlite: { siz: '1Gi' } } }, /siz/],
    ['an unknown group', { workers: {} }, /workers/],
    ['an unknown store', { store: { kind: 'mysql' } }, /kind/],
    ['a wrong digest', { image: { digest: 'sha256:12' } }, /digest/],
    ['both Temporal servers', { temporal: { address: 'a:1', devServer: { enabled: true } } }, /are both set/],
    ['no Temporal server', { temporal: { devServer: { enabled: false } } }, /Set temporal\.address/],
    ['PostgreSQL without a Secret', { store: { kind: 'postgres' } }, /Set store\.postgres\.urlSecret\.name/],
    [
      'the current build as a previous one',
      { worker: { versioning: { enabled: true, previousBuilds: [{ buildId: '0.1.0' }] } } },
      /deploys as the current one/,
    ],
    [
      'previous builds without versioning',
      { worker: { versioning: { previousBuilds: [{ buildId: '0.0.9' }] } } },
      /versioning\.enabled is false/,
    ],
  ] as const) {
    it(`refuse ${what}`, async () => {
      const { exitCode, stderr } = await helm(['template', 'bench', CHART], { ...INSTALLATIONS.trial, ...values });
      assert.notEqual(exitCode, 0);
      assert.match(stderr, message);
    });
  }
});

import assert from 'node:assert/strict';
import { checkSuite } from '../../../../suite/plan/check-suite.js';
import { environmentTexts, environmentVariables, workflowIdProblem } from '../../../../suite/schema/grammar.js';
import { FORBIDDEN, PLAIN_NAMES, PLAIN_SECRET, SECRET_NAMES, SECRET_VALUES } from '../../../support/secrets.js';

const lf = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };
const ucx = { name: 'ucx', tool: 'ucx-perftest' };
const dynamo = { model: { name: 'm' }, tests: [{ name: 'load', tool: 'inference' }] };
const reference = { valueFrom: { secretKeyRef: { name: 'hf', key: 'token' } } };

function problemsOf(spec: object): string[] {
  const checked = checkSuite({ name: 's', tests: [lf], ...spec });
  return 'problems' in checked ? checked.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

const REFUSED: readonly [spec: object, problem: RegExp][] = [
  [{ env: { 'A=B': '1' } }, /^env\.A=B: is not the name of an environment variable/],
  [{ env: { '': '1' } }, /^env\.: .*is empty/],
  [{ env: { 'A\nB': '1' } }, /^env\.A\\u000aB: is not the name/],
  [{ env: { '1A': '1' } }, /^env\.1A: is not/],
  [{ env: { A: 'x\0y' } }, /^env\.A: contains a NUL/],
  [{ env: { A: 'x\n@@dynamo-bench section nixl' } }, /^env\.A: contains "@@dynamo-bench"/],
  // A tool that prints each of its variables in a separate line.
  [{ env: { A: 'x @@dynamo-bench {"event":"end","exitCode":0}' } }, /^env\.A: contains "@@dynamo-bench"/],
  [{ env: JSON.parse('{"__proto__":"1"}') }, /^env: has the key "__proto__"/],
  [{ nodes: { selector: JSON.parse('{"__proto__":"a"}') } }, /^nodes\.selector: has the key "__proto__"/],
  [{ env: { DYNAMO_BENCH_ROOT: '/tmp' } }, /^env\.DYNAMO_BENCH_ROOT: belongs to the suite/],
  [{ tests: [{ ...lf, env: { DYNAMO_BENCH_ROOT: '/tmp' } }] }, /^tests\[0\]\.env\.DYNAMO_BENCH_ROOT: belongs/],
  [{ tests: [{ ...lf, matrix: { 'env.DYNAMO_BENCH_ROOT': ['/a', '/b'] } }] }, /belongs to the suite/],
  [{ dynamo: { ...dynamo, env: { DYNAMO_BENCH_OUTPUT: '/tmp' } } }, /^dynamo\.env\.DYNAMO_BENCH_OUTPUT: belongs/],
  [{ cluster: { image: 'a b' } }, /^cluster\.image: is not an image/],
  [{ cluster: { image: 'UPPER:tag' } }, /^cluster\.image: is not/],
  [{ cluster: { image: 'image:tag@sha256:abc' } }, /^cluster\.image: is not/],
  [{ cluster: { etcdImage: '-x' } }, /^cluster\.etcdImage: is not/],
  [{ cluster: { imagePullSecret: '../x' } }, /^cluster\.imagePullSecret: is not/],
  [{ cluster: { context: '--server=http://x' } }, /^cluster\.context: is not/],
  [
    { resources: { devices: [{ resource: '../../x y', count: 1 }] } },
    /^resources\.devices\[0\]\.resource: is not an extended resource/,
  ],
  [{ resources: { gpu: { resource: 'cpu' } } }, /^resources\.gpu\.resource: is not/],
  [{ nodes: { names: ['a', 'B c'] } }, /^nodes\.names\[1\]: is not the name of a node/],
  [{ nodes: { selector: { 'a b': 'c' } } }, /^nodes\.selector\.a b: is not the key of a label/],
  [{ nodes: { selector: { a: 'c,d=e' } } }, /^nodes\.selector\.a: /],
  [{ nodes: { tolerations: [{ key: 'a/b/c' }] } }, /^nodes\.tolerations\[0\]\.key: is not the key of a taint/],
  [{ tests: [{ ...ucx, devices: ['*'] }] }, /^tests\[0\]\.devices\[0\]: is not a device/],
  [{ tests: [{ ...ucx, devices: ['a","x":"'] }] }, /^tests\[0\]\.devices\[0\]: is not a device/],
  [{ tests: [{ ...ucx, devices: ['mlx5_0:1 mlx5_1:1'] }] }, /^tests\[0\]\.devices\[0\]: is not a device/],
  [{ tests: [{ ...lf, deviceList: 'a b' }] }, /^tests\[0\]\.deviceList: is not a list of devices/],
  [{ fabric: { kind: 'ethernet', rate: '1Gbit/s', interface: '../eth0' } }, /^fabric\.interface: is not/],
  [{ dynamo: { ...dynamo, model: { name: 'm', tokenSecret: 'a b' } } }, /^dynamo\.model\.tokenSecret: is not/],
  [{ dynamo: { ...dynamo, load: { arguments: ['a\nb'] } } }, /^dynamo\.load\.arguments\[0\]: contains a control/],
  [{ dynamo: { ...dynamo, platform: { chart: '--post-renderer=x' } } }, /^dynamo\.platform\.chart: is not/],
  [{ webhook: { urlEnv: 'RESULTS_URL' } }, /^webhook\.urlEnv: expected .* DYNAMO_BENCH_WEBHOOK_.* rename/],
  [{ webhook: { urlVariable: 'RESULTS_URL' } }, /^webhook\.urlEnv: expected .* DYNAMO_BENCH_WEBHOOK_/],
  [{ resumeFrom: '..' }, /^resumeFrom: names a folder/],
  [
    { env: { A: { valueFrom: { secretKeyRef: { name: '../x', key: 'k' } } } } },
    /^env\.A\.valueFrom\.secretKeyRef\.name: is not the name of a Secret/,
  ],
  [{ env: { A: { valueFrom: { fieldRef: {} } } } }, /^env\.A: /],
  [{ tests: [{ ...lf, matrix: { 'env.A': [reference, '1'] } }] }, /^tests\[0\]\.matrix\.env\.A: expected texts/],
  [{ tests: [{ ...lf, matrix: { 'env.A': [1] } }] }, /^tests\[0\]\.matrix\.env\.A: expected texts/],
];

describe('the grammars of a spec', () => {
  for (const [spec, problem] of REFUSED) {
    it(`refuse ${JSON.stringify(spec).slice(0, 100)}`, () =>
      assert.match(problemsOf(spec)[0] ?? 'no problem', problem));
  }

  it('accept what Kubernetes and the tools accept', () => {
    const digest = `sha256:${'0a'.repeat(32)}`;
    for (const image of [
      'nixl',
      'a/b',
      'nvcr.io/nvidia/x:1.6.1',
      'localhost:5000/x',
      'r.io/x__y/z-0.a:T_1',
      `r.io/x@${digest}`,
      `x:1@${digest}`,
    ]) {
      assert.deepEqual(problemsOf({ cluster: { image } }), [], image);
    }
    assert.deepEqual(
      problemsOf({
        cluster: { context: 'arn:aws:eks:us-east-1:1:cluster/x', imagePullSecret: 'reg.cred' },
        env: { LD_PRELOAD: '/x.so', UCX_TLS: 'rc,cuda', 'a.b-c': 'one\ntwo', FI_PROVIDER: null, HF_TOKEN: reference },
        tests: [
          { ...ucx, devices: ['mlx5_0:1', 'rdmap79s0-rdm'] },
          { ...lf, env: { HF_TOKEN: reference } },
        ],
        nodes: { names: ['ip-10-0-0-1.ec2.internal', 'n2'], selector: { 'node.kubernetes.io/x': ['a_B.1', ''] } },
        dynamo: { ...dynamo, env: { HF_TOKEN: reference }, load: { arguments: ['--streaming', '--tokenizer', 'x'] } },
        webhook: { urlEnv: 'DYNAMO_BENCH_WEBHOOK_NIGHTLY' },
      }),
      [],
    );
  });

  it('refuse a secret in an environment by name or shape, with the way out and without the value', () => {
    for (const name of SECRET_NAMES) {
      const [problem = ''] = problemsOf({ env: { [name]: PLAIN_SECRET } });
      assert.match(problem, /looks like a secret.*"valueFrom": \{"secretKeyRef"/, name);
      assert.doesNotMatch(problem, FORBIDDEN, name);
    }
    for (const [what, value] of Object.entries(SECRET_VALUES)) {
      for (const spec of [
        { env: { A: value } },
        { tests: [{ ...lf, env: { A: value } }] },
        { tests: [{ ...lf, matrix: { 'env.A': [value, '1'] } }] },
        { tests: [{ ...lf, matrix: { set: [{ env: { A: value } }] } }] },
        { dynamo: { ...dynamo, env: { A: value } } },
        { dynamo: { ...dynamo, load: { arguments: ['--header', value] } } },
        { description: `see ${value}` },
        { dynamo: { ...dynamo, platform: { values: { a: { b: [value] } } } } },
      ]) {
        const problems = problemsOf(spec);
        // The lines of a key are no argument.
        assert.match(problems[0] ?? 'no problem', /looks like a secret|contains a control character/, what);
        assert.doesNotMatch(problems.join(), FORBIDDEN, what);
      }
    }
    for (const values of [
      { env: { HF_TOKEN: PLAIN_SECRET } },
      { extraEnv: [{ name: 'HF_TOKEN', value: PLAIN_SECRET }] },
      { a: { environment: { x: SECRET_VALUES['GitHub token'] ?? 'github_pat_x9Qa0123456789abcdefgh' } } },
    ]) {
      const [inValues = ''] = problemsOf({ dynamo: { ...dynamo, platform: { values } } });
      assert.match(inValues, /^dynamo\.platform\.values\..*looks like a secret/);
    }
    const [problem = ''] = problemsOf({ dynamo: { ...dynamo, load: { arguments: ['--api-key', PLAIN_SECRET] } } });
    assert.match(problem, /^dynamo\.load\.arguments\[1\]: looks like a secret/);
  });

  it('accept names that resemble secrets, and switches', () => {
    const names = PLAIN_NAMES.filter((name) => /^[A-Za-z_][\w.-]*$/.test(name));
    assert.deepEqual(problemsOf({ env: Object.fromEntries(names.map((name) => [name, 'text'])) }), []);
    assert.deepEqual(problemsOf({ env: { USE_AUTH: 'true', A_TOKEN: '' } }), []);
    const auth = { existingSecret: 'nats-auth', secretKeys: { userPasswordKey: 'password' } };
    const values = { nats: { auth }, imagePullSecrets: ['regcred'] };
    assert.deepEqual(problemsOf({ dynamo: { ...dynamo, platform: { values } } }), []);
  });

  it('put a reference into a pod as it is, and into a record by its name', () => {
    const env = { HF_TOKEN: reference, A: '1' };
    assert.deepEqual(environmentVariables(env), [
      { name: 'HF_TOKEN', ...reference },
      { name: 'A', value: '1' },
    ]);
    assert.deepEqual(environmentTexts(env), { HF_TOKEN: '<secret hf, key token>', A: '1' });
  });

  it('refuse workflow ids that name no folder', () => {
    for (const id of [
      '',
      '.',
      '..',
      'a\nb',
      'a\u001b[2J',
      'é'.repeat(300),
      'é'.repeat(40),
      'x'.repeat(201),
      '\ud800',
    ]) {
      assert.notEqual(workflowIdProblem(id), undefined, JSON.stringify(id));
    }
    for (const id of ['nightly-p5-workflow-2026-01-01T00:00:00Z', 'a/b', '...', 'é', 'x'.repeat(200)]) {
      assert.equal(workflowIdProblem(id), undefined, id);
    }
  });
});

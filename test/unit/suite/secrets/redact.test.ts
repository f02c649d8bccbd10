import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  isSecretName,
  isSecretValue,
  lineFilter,
  REDACTED,
  redactArguments,
  redactEnvironment,
  redactJson,
  redactText,
  secretReference,
} from '../../../../suite/secrets/redact.js';
import {
  FORBIDDEN,
  PLAIN_NAMES,
  PLAIN_SECRET,
  PLAIN_TEXTS,
  SECRET_NAMES,
  SECRET_TEXTS,
  SECRET_TO_THE_END,
  SECRET_VALUES,
} from '../../../support/secrets.js';

const FIXTURES = fileURLToPath(new URL('../../../../../test/fixtures/', import.meta.url));

describe('the filter of secrets', () => {
  it('recognizes secret names by words, glued words and camel case, and leaves names that resemble them', () => {
    assert.deepEqual(
      SECRET_NAMES.filter((name) => !isSecretName(name)),
      [],
    );
    assert.deepEqual(PLAIN_NAMES.filter(isSecretName), []);
  });

  for (const [shape, value] of Object.entries(SECRET_VALUES)) {
    it(`recognizes and replaces: ${shape}`, () => {
      assert.equal(isSecretValue(value), true);
      for (const text of [
        value,
        `a line with ${value} in it`,
        `X=${value}`,
        `{"x": ${JSON.stringify(value)}}`,
        `x:'${value}'`,
      ]) {
        assert.doesNotMatch(redactText(text), FORBIDDEN, text);
        assert.equal(redactText(redactText(text)), redactText(text), 'a second time changes nothing');
      }
    });
  }

  for (const text of SECRET_TEXTS) {
    it(`replaces only the value: ${text}`, () => {
      assert.doesNotMatch(redactText(text), FORBIDDEN);
      assert.ok(redactText(text).startsWith(text.slice(0, text.indexOf(PLAIN_SECRET))), redactText(text));
    });
  }

  for (const text of SECRET_TO_THE_END) {
    it(`replaces the whole value: ${text}`, () => assert.doesNotMatch(redactText(text), FORBIDDEN));
  }

  it('takes a text of any length after the beginning of a secret', () => {
    for (const start of [
      'ghp_',
      'github_pat_',
      'sk-',
      'eyJaB3daB3daB3d.',
      'sha256~',
      'Bearer ',
      'https://h?sig=',
      'aGZf',
      'token=',
    ]) {
      assert.ok(redactText(`${start}${'aB3d'.repeat(3e6)}`).includes(REDACTED), start);
    }
  });

  it('recognizes tokens and private keys in base64, as in the data of a Secret', () => {
    const letters = 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3z';
    for (const secret of [
      `ghp_${letters}`,
      `github_pat_${letters}`,
      `hf_${letters}`,
      `glpat-${letters}`,
      `xoxb-${letters}`,
      `AKIA${letters}`,
      `nvapi-${letters}`,
      `-----BEGIN PRIVATE KEY-----\n${letters}`,
      `-----BEGIN RSA PRIVATE KEY-----\n${letters}`,
      `-----BEGIN EC PRIVATE KEY-----\n${letters}`,
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${letters}`,
    ]) {
      assert.equal(redactText(`  data: ${btoa(secret)}`), `  data: ${REDACTED}`, secret);
    }
    const certificate = `ca: ${btoa(`-----BEGIN CERTIFICATE-----\n${letters}`)}`;
    assert.equal(redactText(certificate), certificate);
  });

  it('keeps host, user-visible options and the words around a secret', () => {
    assert.equal(
      redactText('postgres://user:pw@db:5432/results?ssl=1'),
      `postgres://${REDACTED}@db:5432/results?ssl=1`,
    );
    assert.equal(redactText('a postgres://u:p/s@s@h/x b'), `a postgres://${REDACTED}@h/x b`);
    assert.equal(redactText('--api-key abc --model m'), `--api-key ${REDACTED} --model m`);
    assert.equal(redactText('{"password": "a b", "n": 1}'), `{"password": "${REDACTED}", "n": 1}`);
  });

  for (const text of PLAIN_TEXTS) {
    it(`leaves: ${text.slice(0, 80)}`, () => assert.equal(redactText(text), text));
  }

  it('changes nothing in any recorded output', () => {
    const files = (folder: string): string[] =>
      readdirSync(folder).flatMap((name) => {
        const path = join(folder, name);
        return statSync(path).isDirectory() ? files(path) : [path];
      });
    for (const path of files(FIXTURES)) {
      const text = readFileSync(path, 'utf8');
      const changed = text.split('\n').filter((line) => redactText(line) !== line);
      assert.deepEqual(changed, [], path);
      if (path.endsWith('.json')) assert.deepEqual(redactJson(JSON.parse(text)), JSON.parse(text), path);
    }
  });

  // With a quadratic expression, each of these takes minutes and the test runs into its time limit.
  for (const part of [
    'eyJ-',
    'eyJ_a',
    'a://',
    'a://b@',
    'x-key:-',
    'x_key: ',
    'password=',
    'password="',
    'token:\\"',
    'sk-',
    'ab',
    '.-',
    '-----BEGIN PRIVATE KEY',
    'Bearer ',
    '--a-token ',
    'sig=',
    '?sig=a',
    'a_key:1',
    '=',
    "key='",
    'token:',
    'token:x',
    'name: A value: ',
    'login -p',
    '-u a:',
    '<a>',
    'SG.',
    'xox',
    '\\',
  ]) {
    it(`takes linear time for a line of ${JSON.stringify(part)}`, () => {
      const line = part.repeat(1e6 / part.length);
      assert.ok(redactText(line).length <= line.length * 11);
      assert.ok(redactText(`${line}\n${line}`.slice(0, 1e6)).length > 0);
    });
  }

  it('replaces values of options of a command, and leaves the others', () => {
    const args = [
      '--api-key',
      'a',
      '--token=b',
      '-H',
      'Authorization: Basic abc1',
      '-u',
      'me:c',
      '--model',
      'm',
      '--tokenizer',
      't',
    ];
    assert.deepEqual(redactArguments(args), [
      '--api-key',
      REDACTED,
      `--token=${REDACTED}`,
      '-H',
      `Authorization: ${REDACTED}`,
      '-u',
      REDACTED,
      '--model',
      'm',
      '--tokenizer',
      't',
    ]);
    assert.deepEqual(redactArguments(['--api-key', '--verbose']), ['--api-key', '--verbose']);
  });

  it('keeps a reference to a Secret in an environment', () => {
    const reference = secretReference({ name: 'hf', key: 'token' });
    assert.deepEqual(redactEnvironment({ HF_TOKEN: reference, A_TOKEN: 'x', P: '/bin' }), {
      HF_TOKEN: reference,
      A_TOKEN: REDACTED,
      P: '/bin',
    });
  });

  it('replaces in nested JSON by the name of the field and of the variable', () => {
    const json = {
      env: [
        { name: 'HF_TOKEN', value: 'x' },
        { name: 'A', value: 'y' },
      ],
      n: { apiKey: 'z', max_tokens: 5, key: 'k' },
    };
    assert.deepEqual(redactJson(json), {
      env: [
        { name: 'HF_TOKEN', value: REDACTED },
        { name: 'A', value: 'y' },
      ],
      n: { apiKey: REDACTED, max_tokens: 5, key: 'k' },
    });
  });

  it('replaces all lines of a private key that arrives line by line', () => {
    const filter = lineFilter();
    const lines = `before\n${SECRET_VALUES['private key']}\nafter`
      .split('\n')
      .map((line) => `2026-01-01T00:00:00Z ${line}`);
    const out = lines.map(filter);
    assert.doesNotMatch(out.join('\n'), FORBIDDEN);
    assert.deepEqual([out[0], out.at(-1)], [lines[0], lines.at(-1)]);
  });
});

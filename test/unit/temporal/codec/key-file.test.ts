import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addKey, createKeyFile, newKey, parseKeys, readKeyFile } from '../../../../temporal/codec/key-file.js';

const BYTES = Buffer.from('0123456789abcdef0123456789abcdef');
const BASE64 = BYTES.toString('base64');
const HEX = BYTES.toString('hex');

describe('a key file', () => {
  let folder: string;
  let path: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'key-file-'));
  });
  beforeEach(() => {
    path = join(folder, `${Math.random()}.key`);
  });
  after(() => rm(folder, { recursive: true }));

  it('has keys in base64 and in hexadecimal digits, with comments', () => {
    const keys = parseKeys(`# keys\n\nnew ${BASE64}\n  old\t${HEX.toUpperCase()}\r\n`, 'f');
    assert.deepEqual(
      keys.map(({ id }) => id),
      ['new', 'old'],
    );
    for (const { bytes } of keys) assert.deepEqual(bytes, BYTES);
  });

  it('is created for its owner only, with a random key, and is never overwritten', async () => {
    const key = newKey();
    await createKeyFile(path, key);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual((await readKeyFile(path)).keys, [key]);
    assert.notDeepEqual(newKey().bytes, key.bytes);
    await assert.rejects(
      createKeyFile(path, newKey()),
      /exists: add a key to it with `dynamo-bench codec new-key --add/,
    );
    assert.deepEqual((await readKeyFile(path)).keys, [key]);
  });

  it('gets another key after the others, also after a last line without an end', async () => {
    await writeFile(path, `a ${BASE64}`, { mode: 0o600 });
    const key = newKey('b');
    await addKey(path, key);
    assert.deepEqual(
      (await readKeyFile(path)).keys.map(({ id }) => id),
      ['a', 'b'],
    );
    const before = await readFile(path, 'utf8');
    await assert.rejects(addKey(path, newKey('a')), /line 3: another key has the id "a" too/);
    assert.equal(await readFile(path, 'utf8'), before, 'a refused key is not written');
  });

  it('is refused with its line and a remedy, which never repeats a part of a key', () => {
    for (const [text, message] of [
      ['# nothing\n', /^Key file f has no key: add one with `dynamo-bench codec new-key --add f`$/],
      [`a ${BASE64}\na ${HEX}`, /^f, line 2: another key has the id "a" too: /],
      [`a ${BASE64.slice(4)}`, /^f, line 1: key "a" has 29 bytes instead of 32: /],
      [`a ${HEX}00`, /^f, line 1: key "a" has 49 bytes instead of 32: /],
      ['a secret!key', /^f, line 1: key "a" is neither base64 nor hexadecimal digits: /],
      [BASE64, /^f, line 1: expected an id, a space and a key/],
      [`a ${BASE64} more`, /^f, line 1: expected an id, a space and a key/],
      [`a/b ${BASE64}`, /^f, line 1: invalid key id: /],
    ] as const) {
      assert.throws(
        () => parseKeys(text, 'f'),
        (error: Error) => {
          assert.match(error.message, message);
          for (const part of ['MDEyMz', '303132', 'secret']) assert.ok(!error.message.includes(part), error.message);
          return true;
        },
      );
    }
  });

  it('is refused when it is missing or other users have access, and accepted with access of its group', async () => {
    await assert.rejects(readKeyFile(path), (error: Error) => {
      assert.equal(error.message.split(':')[0], `Cannot read key file ${path}`);
      assert.equal((error.cause as NodeJS.ErrnoException).code, 'ENOENT');
      return true;
    });
    await writeFile(path, `a ${BASE64}\n`);
    for (const mode of [0o644, 0o602, 0o601]) {
      await chmod(path, mode);
      await assert.rejects(readKeyFile(path), new RegExp(`mode 0${mode.toString(8)}\\): run \`chmod o-rwx ${path}\``));
    }
    for (const mode of [0o440, 0o600]) {
      await chmod(path, mode);
      assert.equal((await readKeyFile(path)).keys.length, 1);
    }
  });
});

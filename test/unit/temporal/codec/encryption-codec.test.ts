import assert from 'node:assert/strict';
import { createDecipheriv } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { loadDataConverter } from '../../../../temporal/codec/data-converter.js';
import { EncryptionCodec } from '../../../../temporal/codec/encryption-codec.js';
import { newKey, type PayloadKey } from '../../../../temporal/codec/key-file.js';
import { fixture } from '../../../support/fixtures.js';

const SPEC = { name: 'secret-suite' };
const plain = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const value = (payload: Payload | undefined): unknown => defaultPayloadConverter.fromPayload(payload ?? {});
const codecOf = (...keys: readonly [PayloadKey, ...PayloadKey[]]) => EncryptionCodec.create({ path: 'f.key', keys });
const metadata = (payload: Payload | undefined) =>
  Object.fromEntries(
    Object.entries(payload?.metadata ?? {}).map(([name, bytes]) => [name, String(Buffer.from(bytes))]),
  );

describe('the encryption of payloads', () => {
  it('hides data and metadata, names the key, differs each time, and is undone by the same key', async () => {
    const codec = await codecOf(newKey('one'));
    const [first, second] = await codec.encode([plain(SPEC), plain(SPEC)]);
    for (const payload of [first, second]) {
      assert.deepEqual(metadata(payload), {
        encoding: 'binary/encrypted',
        'encryption-cipher': 'AES/GCM/NoPadding',
        'encryption-key-id': 'one',
      });
      assert.ok(!Buffer.from(payload?.data ?? []).includes('secret-suite'));
      assert.ok(!Buffer.from(payload?.data ?? []).includes('json/plain'));
    }
    assert.notDeepEqual(first?.data, second?.data);
    const decoded = await codec.decode([first ?? {}, second ?? {}]);
    assert.deepEqual(decoded.map(value), [SPEC, SPEC]);
    assert.deepEqual(metadata(decoded[0]), { encoding: 'json/plain' });
  });

  it('is AES-256-GCM with nonce, message and tag, as the samples for other languages read it', async () => {
    const key = newKey();
    const [payload] = await (await codecOf(key)).encode([{ metadata: {}, data: Buffer.from('data') }]);
    const data = Buffer.from(payload?.data ?? []);
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, data.subarray(0, 12)).setAuthTag(data.subarray(-16));
    const message = Buffer.concat([decipher.update(data.subarray(12, -16)), decipher.final()]);
    // Field 2 of the message, 4 bytes, without the length of the message before it.
    assert.deepEqual(message, Buffer.from('\u0012\u0004data'));
  });

  it('decrypts what the sample for Python encrypted', async () => {
    const recorded = JSON.parse(fixture('codec/samples-python.json')).payloads[0] as {
      readonly metadata: Record<string, string>;
      readonly data: string;
    };
    const codec = await codecOf({ id: 'test-key-id', bytes: Buffer.from('test-key-test-key-test-key-test!') });
    const bytes = (text: string) => Buffer.from(text, 'base64');
    const encrypted = {
      metadata: Object.fromEntries(Object.entries(recorded.metadata).map(([name, text]) => [name, bytes(text)])),
      data: bytes(recorded.data),
    };
    assert.deepEqual((await codec.decode([encrypted])).map(value), [{ name: 'p5' }]);
  });

  it('leaves payloads from before the key unchanged, also those without metadata', async () => {
    const payloads = [plain(SPEC), plain(undefined), {}];
    assert.deepEqual(await (await codecOf(newKey())).decode(payloads), payloads);
  });

  it('encrypts with the first key, and decrypts with every key', async () => {
    const [former, next] = [newKey('former'), newKey('next')];
    const old = await (await codecOf(former)).encode([plain(SPEC)]);
    const rotated = await codecOf(next, former);
    assert.deepEqual((await rotated.decode(old)).map(value), [SPEC]);
    const [payload] = await rotated.encode([plain(SPEC)]);
    assert.equal(metadata(payload)['encryption-key-id'], 'next');
  });

  it('names the key and the file when the key is unknown, another one, or the payload is damaged', async () => {
    const codec = await codecOf(newKey('a'), newKey('b'));
    const foreign = await (await codecOf(newKey('c'))).encode([plain(SPEC)]);
    await assert.rejects(
      codec.decode(foreign),
      /^Error: A payload is encrypted with key "c", but key file f\.key has only "a", "b": add the line of key "c"/,
    );
    const others = await (await codecOf(newKey('a'))).encode([plain(SPEC)]);
    await assert.rejects(codec.decode(others), /^Error: Cannot decrypt a payload with key "a" of key file f\.key: /);
    const [own] = await codec.encode([plain(SPEC)]);
    const data = Buffer.from(own?.data ?? []);
    data.writeUInt8((data.at(-20) ?? 0) ^ 1, data.length - 20);
    for (const damaged of [data, data.subarray(0, 5), new Uint8Array()])
      await assert.rejects(codec.decode([{ ...own, data: damaged }]), /Cannot decrypt a payload with key "a"/);
  });
});

describe('a process without PAYLOAD_KEY_FILE', () => {
  it('leaves plain payloads unchanged, and says for encrypted ones which key and variable are missing', async () => {
    const { payloadCodecs = [], failureConverterPath } = await loadDataConverter(undefined);
    const [codec] = payloadCodecs;
    assert.ok(codec);
    assert.equal(failureConverterPath, undefined);
    const payloads = [plain(SPEC), {}];
    assert.deepEqual(await codec.encode(payloads), payloads);
    assert.deepEqual(await codec.decode(payloads), payloads);
    const encrypted = await (await codecOf(newKey('c'))).encode([plain(SPEC)]);
    await assert.rejects(
      codec.decode(encrypted),
      /^Error: This suite run is encrypted with key "c": set PAYLOAD_KEY_FILE to the key file of its worker$/,
    );
  });
});

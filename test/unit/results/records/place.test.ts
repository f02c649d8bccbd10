import assert from 'node:assert/strict';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import fc from 'fast-check';
import { folderName, placeBelow, shortName } from '../../../../results/records/place.js';
import { evidencePathProblem } from '../../../../suite/record/evidence-path.js';
import { SuiteFailure } from '../../../../suite/verdict/failure.js';
import { failureOfClass } from '../../../support/failure-of-class.js';

const ROOT = '/var/results';

/** Paths of the parts with which a path leaves its folder, mixed with any others. */
const paths = fc
  .array(
    fc.oneof(
      fc.constantFrom('..', '.', '', 'a', 'x.log', '\\', '\0', '~', '%2e%2e', 'é'.repeat(200), '...', '\u2025', 'C:'),
      fc.string({ unit: 'binary' }),
      fc.string(),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join('/'));

function placeOf(path: string): string | undefined {
  try {
    return placeBelow(ROOT, path);
  } catch (error) {
    assert.ok(error instanceof SuiteFailure && error.class === 'UnsafePath', String(error));
    return undefined;
  }
}

describe('a place below a folder', () => {
  it('is never outside, whatever the path', () => {
    fc.assert(
      fc.property(paths, (path) => {
        const place = placeOf(path);
        if (place === undefined) return;
        const from = relative(ROOT, resolve(place));
        assert.ok(from !== '' && !isAbsolute(from) && from.split(sep)[0] !== '..', place);
        assert.ok(place.split(sep).every((part) => Buffer.byteLength(part) <= 255) && place.length < 4096);
      }),
      { numRuns: 5000 },
    );
  });

  it('exists for every path that evidence may have', () => {
    fc.assert(
      fc.property(paths, (path) => {
        if (evidencePathProblem(`${path}.log`) === undefined) assert.ok(placeOf(`run/${path}.log`), path);
      }),
      { numRuns: 5000 },
    );
    assert.equal(placeBelow(ROOT, 'run/lf/r1-a1/node1.log'), '/var/results/run/lf/r1-a1/node1.log');
  });

  it('is refused with a failure that no retry repeats', () => {
    for (const path of ['../x', 'a/../../x', '/x', 'a//b', '.', 'é'.repeat(300), `${'a/'.repeat(2100)}b`])
      assert.throws(() => placeBelow(ROOT, path), failureOfClass('UnsafePath'));
    assert.throws(
      () => placeBelow(ROOT, '..'),
      (error) => error instanceof SuiteFailure && error.retry === 'never',
    );
  });
});

describe('the folder of a workflow id', () => {
  it('keeps its name when that fits the file system', () => {
    for (const [id, name] of [
      ['nightly-2026-01-01', 'nightly-2026-01-01'],
      ['../../outside', '..%2F..%2Foutside'],
      ['odd name/with: everything?', 'odd%20name%2Fwith%3A%20everything%3F'],
      ['a'.repeat(255), 'a'.repeat(255)],
    ] as const)
      assert.equal(folderName(id), name);
  });

  it('has a short name for a long id, and another one for another id', () => {
    const ids = ['é'.repeat(300), `${'é'.repeat(300)}x`, 'a'.repeat(256), `${'a'.repeat(256)}b`, '/'.repeat(1000)];
    const names = ids.map(folderName);
    assert.equal(new Set(names).size, ids.length);
    for (const name of names) {
      assert.ok(Buffer.byteLength(name) <= 255, name);
      assert.match(name, /=[0-9a-f]{64}$/);
      assert.doesNotMatch(name, /%.?=/, 'no divided character');
      placeBelow(ROOT, name);
    }
    assert.equal(shortName('x'.repeat(251), 250).length, 245);
  });

  it('is one folder below the root, and a different one for each id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ maxLength: 10 }), (a, b) => {
        const names = [a, b].map((id) => {
          try {
            return folderName(id);
          } catch (error) {
            assert.ok(error instanceof SuiteFailure && error.class === 'UnsafePath');
            return undefined;
          }
        });
        for (const name of names) if (name !== undefined) assert.equal(placeBelow(ROOT, name), `${ROOT}/${name}`);
        if (a !== b && names[0] !== undefined) assert.notEqual(names[0], names[1]);
      }),
      { numRuns: 3000 },
    );
    for (const id of ['', '.', '..', '\ud800']) assert.throws(() => folderName(id), failureOfClass('UnsafePath'));
  });
});

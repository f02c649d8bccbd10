import assert from 'node:assert/strict';
import { licenceProblems } from '../../../image/licences.js';
import { noticeText } from '../../../image/notice.js';
import type { Package } from '../../../image/packages.js';

const entry = (licence: string | undefined, name = 'a'): Package => ({
  path: `node_modules/${name}`,
  name,
  version: '1.0.0',
  licence,
  isOptional: false,
});

describe('licences of the production dependencies', () => {
  it('allows listed licences, all parts of an AND and one part of an OR', () => {
    for (const licence of ['MIT', 'Apache-2.0 AND MIT', '(MIT OR GPL-3.0-only)', 'GPL-3.0-only OR ISC AND MIT']) {
      assert.deepEqual(licenceProblems([entry(licence)]), [], licence);
    }
  });

  it('refuses others, an AND with one of them, and what it cannot read', () => {
    for (const licence of [
      'GPL-3.0-only',
      'MIT AND GPL-3.0-only',
      'SEE LICENSE IN LICENSE',
      '(MIT OR (GPL-3.0-only))x',
      '',
    ]) {
      assert.deepEqual(licenceProblems([entry(licence)]).length, 1, licence);
    }
    const [line = ''] = licenceProblems([entry('SSPL-1.0', 'b')]);
    assert.match(line, /^b@1\.0\.0 has the licence SSPL-1\.0, /);
  });

  it('refuses a package that states none, unless its file was read for this version', () => {
    assert.match(licenceProblems([entry(undefined)])[0] ?? '', /^a@1\.0\.0 states no licence/);
    assert.deepEqual(licenceProblems([{ ...entry(undefined, 'unionfs'), version: '4.6.0' }]), []);
    assert.equal(licenceProblems([{ ...entry(undefined, 'unionfs'), version: '4.6.1' }]).length, 1);
  });

  it('are listed in NOTICE once for each version, in the order of the names', () => {
    const text = noticeText([
      entry('MIT', 'b'),
      entry('ISC', 'a'),
      { ...entry('MIT', 'b'), path: 'node_modules/a/node_modules/b' },
    ]);
    assert.match(text, /\n\na 1\.0\.0: ISC\nb 1\.0\.0: MIT\n$/);
  });
});

import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { commentedYaml } from '../../../../cli/output/commented-yaml.js';

describe('YAML with comments', () => {
  const value = {
    name: 's',
    resources: { devices: [{ resource: 'rdma/ib', count: 1 }] },
    tests: [{ name: 'a' }, { name: 'b' }],
  };
  const text = commentedYaml(
    value,
    ['A heading.', 'word '.repeat(60).trim()],
    [
      { path: ['resources', 'devices'], text: 'Every node offers these.' },
      { path: ['tests', 1], text: 'The second.' },
      { path: ['absent', 'key'], text: 'Nowhere.' },
    ],
  );

  it('has the same value as without', () => {
    assert.deepEqual(parse(text), value);
  });

  it('has each comment before its key or item, and lines of a readable length', () => {
    assert.match(text, /\n +# Every node offers these\.\n +devices:/);
    assert.match(text, /\n +# The second\.\n +- name: b/);
    assert.ok(!text.includes('Nowhere'));
    assert.ok(text.split('\n').every((line) => line.length <= 120));
    assert.match(text, /^# A heading\.\n# word/);
  });
});

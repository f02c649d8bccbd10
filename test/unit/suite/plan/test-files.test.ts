import assert from 'node:assert/strict';
import { parseSuite } from '../../../../suite/plan/check-suite.js';
import { filesOfTests } from '../../../../suite/plan/test-files.js';
import { variantsOf } from '../../../../suite/spec/matrix.js';
import { toolOf } from '../../../../suite/tools/registry.js';

describe('the files of tests', () => {
  const { tests } = parseSuite({
    name: 's',
    tests: [
      { name: 'ucx', tool: 'ucx-perftest', memory: 'host', matrix: { iterations: [10, 20] } },
      { name: 'pingpong', tool: 'fi-pingpong' },
      { name: 'nixl', tool: 'nixlbench', backend: 'UCX' },
    ],
  });

  it('are those of every variant, because each rank reads the file of its own variant', () => {
    const files = filesOfTests(tests);
    const [first, second] = variantsOf(tests[0] ?? assert.fail());
    for (const variant of [first, second]) {
      assert.ok(variant);
      for (const [name, text] of Object.entries(toolOf(variant.test).files(variant.test)))
        assert.equal(files[name], text);
    }
    assert.equal(Object.keys(files).length, 3, 'two variants and one script');
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../../../suite/pod/patch.js';
import { POD_TYPES_VERSION } from '../../../../suite/pod/pod-types.js';
import { strategicMerge } from '../../../../suite/pod/strategic-merge.js';

const recorded = JSON.parse(readFileSync('test/fixtures/strategic-merge.json', 'utf8')) as {
  readonly original: JsonObject;
  readonly cases: readonly { readonly name: string; readonly patch: JsonObject; readonly result: JsonObject }[];
};

describe('a strategic merge gives what Kubernetes gives:', () => {
  for (const { name, patch, result } of recorded.cases) {
    it(name, () => {
      const before = structuredClone(recorded.original);
      assert.deepEqual(strategicMerge(recorded.original, patch), result);
      assert.deepEqual(recorded.original, before, 'the object was changed');
    });
  }
});

describe('the fields of a Pod', () => {
  it('are those of the Kubernetes version that the local cluster runs', () => {
    const script = readFileSync('local/lib/kubebox.sh', 'utf8');
    assert.equal(POD_TYPES_VERSION, /^KUBERNETES_VERSION=(.*)$/m.exec(script)?.[1], 'run npm run pod-types');
  });
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { parseAllDocuments } from 'yaml';
import { dynamoSpec } from '../../../../suite/spec/dynamo-spec.js';
import { LOCAL } from '../../../support/box.js';
import { PLATFORM_CHART } from '../../../support/dynamo-platform.js';

const DOCS = fileURLToPath(new URL('../../../../../docs/dynamo.md', import.meta.url));

interface StatefulSet {
  readonly kind: string;
  readonly spec: { readonly volumeClaimTemplates: readonly { readonly spec: { readonly storageClassName: string } }[] };
}

/** The examples of chart values in a text: JSON objects with a storage class. */
function examplesIn(text: string): string[] {
  const examples: string[] = [];
  let depth = 0;
  let start = 0;
  for (const [at, character] of [...text].entries()) {
    if (character === '{' && depth++ === 0) start = at;
    if (character === '}' && --depth === 0) examples.push([...text].slice(start, at + 1).join(''));
  }
  return examples.filter((example) => example.includes('"storageClass'));
}

/** Storage classes of the volumes that a chart of the shape of NVIDIA's has with these values. */
async function storageClasses(values: string): Promise<string[]> {
  const helm = (await execa(join(LOCAL, 'helm.sh'), { stderr: 'inherit' })).stdout;
  const { stdout } = await execa(
    helm,
    ['template', 'platform', PLATFORM_CHART, '--kube-version', '1.34.0', '--values', '-'],
    { input: values },
  );
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as StatefulSet | null)
    .filter((object) => object?.kind === 'StatefulSet')
    .flatMap((object) => object?.spec.volumeClaimTemplates.map(({ spec }) => spec.storageClassName) ?? []);
}

describe('an example of storage for the Dynamo platform', function () {
  // helm is built the first time.
  this.timeout(600_000);

  const description = dynamoSpec.shape.platform.unwrap().shape.values.meta()?.description ?? '';
  const places: readonly [string, () => Promise<string>, number][] = [
    ['the suite spec', async () => description, 2],
    ['docs/dynamo.md', () => readFile(DOCS, 'utf8'), 2],
  ];
  for (const [place, read, count] of places) {
    it(`in ${place} renders a volume of that class`, async () => {
      const examples = examplesIn(await read());
      assert.equal(examples.length, count, examples.join('\n'));
      for (const example of examples) assert.deepEqual(await storageClasses(example), ['gp3'], example);
    });
  }

  it('needs the part to be installed, as with NVIDIA’s chart', async () => {
    assert.deepEqual(await storageClasses('{"etcd": {"persistence": {"storageClass": "gp3"}}}'), []);
  });
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fabricKindOf } from '../../../../suite/fabrics/registry.js';
import { ceilingOf } from '../../../../suite/hardware/fabric.js';
import { checkSuite } from '../../../../suite/plan/check-suite.js';
import { forecastOf } from '../../../../suite/plan/forecast.js';
import { plannedFabric } from '../../../../suite/plan/planned-fabric.js';
import { nicsOfPod } from '../../../../suite/spec/rank-resources.js';
import { parseSpec } from '../../../../suite/spec/spec.js';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
const folder = `${root}suites/clusters/`;
const names = readdirSync(folder).sort();
const read = (name: string): unknown => JSON.parse(readFileSync(folder + name, 'utf8'));

/** NICs of a rank, and GB/s of a node, which the document of the provider gives. */
const expected: Readonly<Record<string, readonly [kind: string, nics: number, node: number]>> = {
  'aks-nd-h100.json': ['infiniband', 8, 400],
  'coreweave-h100.json': ['infiniband', 8, 400],
  'eks-p5.json': ['efa', 32, 400],
  'eks-p6-dra.json': ['efa', 8, 400],
  'ethernet.json': ['ethernet', 0, 3.125],
  'gke-a3-ultra.json': ['roce', 8, 400],
  'oke-h100.json': ['roce', 16, 400],
};

describe('suites for the clusters of the README', () => {
  it('are the ones that the README names', () => {
    assert.deepEqual(names, Object.keys(expected).sort());
    const readme = readFileSync(`${root}README.md`, 'utf8');
    for (const name of names) assert.ok(readme.includes(`(suites/clusters/${name})`), name);
  });

  for (const name of names) {
    it(`${name} is valid, fits its nodes, and has their ceiling`, () => {
      const checked = checkSuite(read(name));
      assert.deepEqual('problems' in checked ? checked.problems : [], []);
      const spec = parseSpec(read(name));
      const { refused, doubtful } = forecastOf(spec);
      assert.deepEqual([...refused, ...doubtful], []);
      const fabric = plannedFabric(spec);
      assert.ok(fabric);
      const nics = nicsOfPod(spec.resources);
      const visible = fabricKindOf(fabric).visibleNics(fabric, nics);
      assert.deepEqual([fabric.kind, nics, ceilingOf(fabric, 'node', visible).bytesPerSecond / 1e9], expected[name]);
    });
  }
});

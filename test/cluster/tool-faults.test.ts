import assert from 'node:assert/strict';
import { FaultGrid } from '../support/fault-grid.js';
import { Lab, quick, type SuiteEnd } from '../support/lab.js';
import { TOOL_FAULTS } from '../support/tool-fault-cases.js';

/** Tools that fail in every way that is known of them, on the real box. */
describe('a tool that', function () {
  this.timeout(900_000);

  /** The faults of each tool are a suite in a lab; both run at once. */
  const labs = new Map<string, Lab>();
  const ends = new Map<string, SuiteEnd>();
  const grid = new FaultGrid();

  before(async () => {
    const tools = [...new Set(TOOL_FAULTS.map(({ tool }) => tool))];
    for (const tool of tools) labs.set(tool, await Lab.open());
    await Promise.all(tools.map(async (tool) => ends.set(tool, await run(labOf(tool), tool))));
  });
  after(async () => {
    for (const lab of labs.values()) await lab.close();
    console.log(`\n${grid}\n`);
  });

  function labOf(tool: string): Lab {
    const lab = labs.get(tool);
    assert.ok(lab);
    return lab;
  }

  async function run(lab: Lab, tool: string): Promise<SuiteEnd> {
    const [test] = await lab.tests(tool);
    const faults = TOOL_FAULTS.filter((fault) => fault.tool === tool);
    const tests = faults.map(({ name, fault, timeout = '1m' }) => ({
      ...quick(test),
      name,
      timeout,
      required: false,
      env: { LOCAL_FAULT: fault },
    }));
    return lab.run(await lab.spec({ resources: { memory: '512Mi', sharedMemory: '16Mi' }, tests }));
  }

  for (const { name, tool, fault, verdict, attempts, first } of TOOL_FAULTS) {
    it(`has the fault ${fault} (${tool}) ends with ${verdict} after ${attempts} attempt${attempts > 1 ? 's' : ''}`, async () => {
      const end = ends.get(tool);
      assert.ok(end);
      const row = await grid.note(labOf(tool), end, { fault, moment: tool, test: name });
      const [cell] = end.record.tests.find((test) => test.name === name)?.cells ?? [];
      const text = JSON.stringify(cell, null, 2);
      assert.equal(row.verdict, verdict, text);
      assert.equal(row.attempts, attempts, text);
      const failure = cell?.attempts[0]?.failure?.class;
      if (first)
        assert.ok(
          first.some((allowed) => allowed === failure),
          text,
        );
      for (const { ranks } of cell?.attempts ?? []) assert.equal(ranks.length, 2, 'evidence of both ranks');
    });
  }
});

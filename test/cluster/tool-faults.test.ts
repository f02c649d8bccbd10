import assert from 'node:assert/strict';
import { FaultGrid } from '../support/fault-grid.js';
import { Lab, quick, type SuiteEnd } from '../support/lab.js';
import { TOOL_FAULTS } from '../support/tool-fault-cases.js';

/** Tools that fail in every way that is known of them, in one suite on the real box. */
describe('a tool that', function () {
  this.timeout(900_000);

  let lab: Lab;
  let end: SuiteEnd;
  const grid = new FaultGrid();

  before(async () => {
    lab = await Lab.open();
    const tools = new Map((await lab.tests('ucx-native', 'nixl-libfabric')).map((test) => [test.name, quick(test)]));
    const tests = TOOL_FAULTS.map(({ name, tool, fault, timeout = '1m', stallTimeout }) => ({
      ...tools.get(tool),
      name,
      timeout,
      ...(stallTimeout === undefined ? {} : { stallTimeout }),
      required: false,
      env: { LOCAL_FAULT: fault },
    }));
    end = await lab.run(await lab.spec({ resources: { memory: '512Mi', sharedMemory: '16Mi' }, tests }));
  });
  after(async () => {
    await lab?.close();
    console.log(`\n${grid}\n`);
  });

  for (const { name, tool, fault, verdict, attempts, first } of TOOL_FAULTS) {
    it(`has the fault ${fault} (${tool}) ends with ${verdict} after ${attempts} attempt${attempts > 1 ? 's' : ''}`, async () => {
      const row = await grid.note(lab, end, { fault, moment: tool, test: name });
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

import assert from 'node:assert/strict';
import { currentForm } from '../../../cli/deprecated-forms.js';

describe('deprecated forms of a command line', () => {
  for (const [former, current] of [
    ['nightly s.json --cron x --time-zone UTC', 'schedule set s.json --cron x --time-zone UTC'],
    ['nightly s.json --now --json', 'schedule trigger s.json --json'],
    ['nightly s.json --pause why', 'schedule pause s.json --reason why'],
    ['nightly --pause=why s.json', 'schedule pause --reason=why s.json'],
    ['nightly s.json --resume', 'schedule resume s.json'],
    ['nightly s.json --remove --task-queue q', 'schedule delete s.json'],
    ['nightly s.json --remove --id mine', 'schedule delete mine'],
    ['nightly - --id=mine --pause why', 'schedule pause mine --reason why'],
    ['nightly s.json --id mine', 'schedule set s.json --id mine'],
    ['acknowledge --list --suite p5', 'acknowledge list --suite p5'],
    ['acknowledge r m --remove', 'acknowledge remove r m'],
    ['acknowledge r m --reason why', 'acknowledge add r m --reason why'],
    ['sweep --dry-run', 'cleanup --dry-run'],
    ['reset-point r --test t', 'reset r --test t'],
    ['watch r --once --json', 'status r --json'],
    ['compare a b --minimal-difference 5', 'compare a b --threshold 5'],
    ['history m --minimal-difference=5%', 'history m --threshold=5%'],
    ['help sweep', 'help cleanup'],
  ] as const) {
    it(`${former} → ${current}`, () => {
      const { argv, deprecation } = currentForm(former.split(' '));
      assert.deepEqual(argv, current.split(' '));
      assert.ok(deprecation);
    });
  }

  it('do not apply to current forms', () => {
    for (const line of [
      'acknowledge add r --reason why',
      'acknowledge list',
      'acknowledge --help',
      'watch r',
      'compare a b --threshold 5',
      'run sweep --workflow-id nightly',
      '--help',
      'help',
    ]) {
      assert.deepEqual(currentForm(line.split(' ')), { argv: line.split(' ') });
    }
    assert.deepEqual(currentForm([]), { argv: [] });
  });

  it('name what was typed and what to type', () => {
    const { deprecation } = currentForm(['nightly', 's.json', '--pause', 'why']);
    assert.deepEqual(deprecation, {
      former: 'dynamo-bench nightly --pause',
      current: 'dynamo-bench schedule pause --reason',
    });
  });
});

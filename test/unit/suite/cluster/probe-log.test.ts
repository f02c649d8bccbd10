import assert from 'node:assert/strict';
import { probeLogDamage } from '../../../../suite/cluster/probe-log.js';
import { fixture } from '../../../support/fixtures.js';

const LOG = fixture('probe/no-tools.txt');

describe('the log of a probe pod', () => {
  it('is whole with all sections of the script', () => {
    assert.equal(probeLogDamage(LOG), undefined);
    assert.equal(probeLogDamage(LOG.replaceAll('\n', '\r\n')), undefined);
    const section = (name: string) => `@@dynamo-bench section ${name}\n`;
    const tools = ['nixl-plugins', 'nixlbench', 'nixlbench-help'].map(section).join('');
    assert.equal(probeLogDamage(LOG.replace(section('end'), `${tools}${section('end')}`)), undefined);
    const links = LOG.replace(section('nvidia-driver'), `${section('links')}${section('nvidia-driver')}`);
    assert.equal(probeLogDamage(links), undefined, 'a section that earlier versions do not print');
  });

  it('is not whole when it was cut, or mixed with another', () => {
    const lines = LOG.split('\n');
    assert.match(probeLogDamage(lines.slice(0, -3).join('\n')) ?? '', /is missing/);
    assert.match(probeLogDamage(lines.slice(5).join('\n')) ?? '', /section memlock is missing/);
    assert.match(probeLogDamage(LOG + LOG) ?? '', /twice/);
    assert.match(probeLogDamage(LOG.replace('section ucx', 'section uc')) ?? '', /section ucx is missing/);
    assert.match(probeLogDamage(`@@dynamo-bench section uc\n${LOG}`) ?? '', /section "uc" is unknown/);
    assert.match(
      probeLogDamage(
        LOG.replace('section ucx', 'section x')
          .replace('section libfabric', 'section ucx')
          .replace('section x', 'section libfabric'),
      ) ?? '',
      /not in the order/,
    );
  });
});

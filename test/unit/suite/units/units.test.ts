import assert from 'node:assert/strict';
import {
  formatBytes,
  formatDuration,
  formatRate,
  kubernetesQuantity,
  parseBytes,
  parseDuration,
  parseKubernetesQuantity,
  parseRate,
  UnitError,
} from '../../../../suite/units/units.js';

describe('units', () => {
  it('reads sizes with binary and decimal prefixes', () => {
    assert.equal(parseBytes('64Mi'), 64 * 2 ** 20);
    assert.equal(parseBytes('128GiB'), 128 * 2 ** 30);
    assert.equal(parseBytes('1G'), 1e9);
    assert.equal(parseBytes('4096'), 4096);
    assert.equal(parseBytes(4096), 4096);
  });

  it('reads bits and bytes per second apart', () => {
    assert.equal(parseRate('100Gbit/s'), 12.5e9);
    assert.equal(parseRate('500Mbit/s'), 62.5e6);
    assert.equal(parseRate('46.48GB/s'), 46.48e9);
    assert.equal(parseRate('1MiB/s'), 2 ** 20);
  });

  it('reads durations, also of several parts', () => {
    assert.equal(parseDuration('7s'), 7);
    assert.equal(parseDuration('500ms'), 0.5);
    assert.equal(parseDuration('1h30m'), 5400);
  });

  for (const bad of ['', '7', '7 seconds', 's7', '7sx']) {
    it(`refuses the duration "${bad}" with an example`, () => {
      assert.throws(() => parseDuration(bad), { name: 'UnitError', message: /write for example "7s"/ });
    });
  }

  it('refuses a rate that does not say bits or bytes per second', () => {
    for (const bad of ['100G', '100Gbit', '12.5', '5Gi/s']) assert.throws(() => parseRate(bad), UnitError, bad);
  });

  it('refuses half a byte, a negative size and an unknown unit', () => {
    for (const bad of ['0.3', '-1', '64Mib', '1e3', '64 MB/s']) assert.throws(() => parseBytes(bad), UnitError, bad);
  });

  it('reads every form of a Kubernetes quantity', () => {
    assert.ok(Math.abs(parseKubernetesQuantity('191450m') - 191.45) < 1e-9);
    assert.equal(parseKubernetesQuantity('2052371068Ki'), 2052371068 * 1024);
    assert.equal(parseKubernetesQuantity('1e3'), 1000);
    assert.equal(parseKubernetesQuantity('32'), 32);
    assert.throws(() => parseKubernetesQuantity('many'), UnitError);
  });

  it('writes Kubernetes quantities without loss', () => {
    assert.equal(kubernetesQuantity(128 * 2 ** 30), '128Gi');
    assert.equal(kubernetesQuantity(5120 * 2 ** 20), '5Gi');
    assert.equal(kubernetesQuantity(1000), '1000');
  });

  it('writes figures for people', () => {
    assert.equal(formatBytes(64 * 2 ** 20), '64 MiB');
    assert.equal(formatBytes(1000), '1000 B');
    assert.equal(formatRate(46.48e9), '46.48 GB/s');
    assert.equal(formatRate(61.3e6), '61.3 MB/s');
    assert.equal(formatDuration(0.0014298), '1.43 ms');
    assert.equal(formatDuration(125), '2 min 5 s');
    assert.equal(formatDuration(900), '15 min');
  });
});

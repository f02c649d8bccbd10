import assert from 'node:assert/strict';
import { ApplicationFailure, CancelledFailure, type MetricMeter, noopMetricMeter } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { metricsInterceptor } from '../../../../worker/interceptors/metrics.js';
import { NodeWaits } from '../../../../worker/metrics/node-waits.js';
import { WorkerMetrics } from '../../../../worker/metrics/worker-metrics.js';

/** A meter that keeps what counters and histograms were given. */
class KeptMeter {
  readonly kept: string[] = [];
  readonly meter: MetricMeter = {
    createGauge: noopMetricMeter.createGauge.bind(noopMetricMeter),
    withTags: () => this.meter,
    createCounter: (name, unit, description) => ({
      ...noopMetricMeter.createCounter(name, unit, description),
      add: (value, labels) => void this.kept.push(`${name} ${JSON.stringify(labels)} +${value}`),
    }),
    createHistogram: (name, valueType, unit, description) => ({
      ...noopMetricMeter.createHistogram(name, valueType, unit, description),
      record: (_, labels) => void this.kept.push(`${name} ${JSON.stringify(labels)}`),
    }),
  };
}

/** Runs an activity in the interceptor, and returns what was measured and how the activity ended. */
async function measured(activityType: string, input: unknown, activity: () => Promise<unknown>) {
  const { meter, kept } = new KeptMeter();
  const factory = metricsInterceptor(new WorkerMetrics(meter), new NodeWaits());
  const environment = new MockActivityEnvironment({ activityType });
  const outcome = await environment.run(async () => {
    const { inbound } = factory(environment.context);
    return inbound?.execute?.({ args: [input], headers: {} }, activity).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
  });
  return { kept, outcome };
}

describe('the metrics of activities', () => {
  it('count a cell and each of its attempts when it is recorded', async () => {
    const attempts = [{ failure: { class: 'PeerLost' } }, {}];
    const summary = { verdict: 'pass' };
    const { kept, outcome } = await measured('recordCell', { cell: {}, attempts }, async () => summary);
    assert.deepEqual(outcome, { value: summary });
    assert.deepEqual(kept, [
      'dynamo_bench_step {"step":"recordCell","result":"ok"}',
      'dynamo_bench_cells {"kind":"transport","verdict":"pass"} +1',
      'dynamo_bench_attempts {"kind":"transport","failure":"PeerLost"} +1',
      'dynamo_bench_attempts {"kind":"transport","failure":"none"} +1',
    ]);
  });

  it('count a failed try by its class, and the inference attempt that it ends', async () => {
    const error = ApplicationFailure.create({ type: 'DeploymentNotReady', nonRetryable: true });
    const internal = ApplicationFailure.create({ type: 'SomethingElse' });
    const { kept, outcome } = await measured('runLoad', {}, () => Promise.reject(error));
    assert.equal((outcome as { error: unknown }).error, error);
    assert.deepEqual(kept, [
      'dynamo_bench_step {"step":"runLoad","result":"failed"}',
      'dynamo_bench_step_failures {"failure":"DeploymentNotReady"} +1',
      'dynamo_bench_attempts {"kind":"inference","failure":"DeploymentNotReady"} +1',
    ]);
    const { kept: other } = await measured('runLoad', {}, () => Promise.reject(internal));
    assert.deepEqual(other.slice(1), ['dynamo_bench_step_failures {"failure":"Internal"} +1']);
  });

  it('do not count a cancelled try as a failure', async () => {
    const { kept } = await measured('watchRanks', {}, () => Promise.reject(new CancelledFailure('cancelled')));
    assert.deepEqual(kept, ['dynamo_bench_step {"step":"watchRanks","result":"cancelled"}']);
  });

  it('count the end of a run by its outcome', async () => {
    const end = { suite: 's', verdict: 'fail', reasons: [{ code: 'cancelled', message: '' }] };
    const { kept } = await measured('recordEnd', {}, async () => end);
    assert.ok(kept.includes('dynamo_bench_runs {"suite":"s","outcome":"cancelled"} +1'), kept.join('\n'));
  });

  it('never fail an activity: a fault in the measurement is only logged', async () => {
    const { outcome } = await measured('recordCell', undefined, async () => 'recorded');
    assert.deepEqual(outcome, { value: 'recorded' });
  });
});

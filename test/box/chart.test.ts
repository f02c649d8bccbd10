import assert from 'node:assert/strict';
import { type Box, startBox } from '../support/box.js';
import { ChartRelease } from '../support/chart-release.js';

/** The chart with the worker's image, Temporal and the store in the box; nothing of it runs on this machine. */
describe('the Helm chart on the box', function () {
  this.timeout(900_000);

  let box: Box;
  let release: ChartRelease;
  /** A schedule that never starts by itself. */
  const schedule = async () => ({ name: `${release.name}-nightly`, cron: '0 3 29 2 *', suite: await release.spec() });
  const versioning = (...previousBuilds: { buildId: string; tag: string }[]) => ({
    worker: { versioning: { enabled: true, previousBuilds } },
  });
  const schedules = async () => {
    const listed = JSON.parse(await release.dynamoBench('schedule', 'list', '--json')) as { id: string }[];
    return listed.map(({ id }) => id);
  };
  const buildOf = async (workflowId: string) => {
    const described = JSON.parse(
      await release.temporal('workflow', 'describe', '--workflow-id', workflowId, '--output', 'json'),
    ) as { workflowExecutionInfo: { versioningInfo?: { deploymentVersion?: { buildId: string } } } };
    return described.workflowExecutionInfo.versioningInfo?.deploymentVersion?.buildId;
  };

  before(async () => {
    box = await startBox();
    release = await ChartRelease.prepare('chart-a', 'chart-b');
    await release.deploy('install', release.values('chart-a', { ...versioning(), schedules: [await schedule()] }));
  });
  after(async () => {
    await release?.remove();
    await box?.stop();
  });

  it('passes its own test', async () => {
    assert.match(await release.helm(['test', release.name]), /Phase: +Succeeded/);
  });

  it('has its schedules', async () => {
    assert.deepEqual(await schedules(), [`${release.name}-nightly`]);
  });

  it('runs a suite that the Temporal CLI starts, and serves its report', async () => {
    await release.start('first', await release.spec());
    assert.equal((await release.result('first')).verdict, 'pass');
    const page = await release.page('runs/first/report.html');
    assert.match(page, /<title>[^<]*first/);
  });

  it('ends a suite whose worker is killed', async () => {
    await release.start('killed', await release.spec());
    await release.untilEnded('killed', 1);
    const pods = ['--selector', `app.kubernetes.io/instance=${release.name},app.kubernetes.io/component=worker`];
    await release.kubectl('delete', 'pod', ...pods, '--grace-period=0', '--force');
    assert.equal((await release.result('killed')).verdict, 'pass');
  });

  it('keeps a running suite on its build during an upgrade, and measures nothing again', async () => {
    await release.start('upgraded', await release.spec());
    await release.untilEnded('upgraded', 1);
    const before = versioning({ buildId: 'chart-a', tag: 'chart-a' });
    await release.deploy('upgrade', release.values('chart-b', before));
    await release.start('after', await release.spec());
    assert.equal((await release.result('upgraded')).verdict, 'pass');
    assert.equal((await release.result('after')).verdict, 'pass');
    const { tests } = JSON.parse(await release.page('runs/upgraded/record.json')) as {
      tests: { cells: { attempts: unknown[] }[] }[];
    };
    const attempts = tests.flatMap(({ cells }) => cells.map((cell) => cell.attempts.length));
    assert.deepEqual(new Set(attempts), new Set([1]));
    assert.deepEqual([await buildOf('upgraded'), await buildOf('after')], ['chart-a', 'chart-b']);
    assert.deepEqual(await schedules(), [], 'a schedule that left the values is deleted');
  });

  it('leaves only the namespaces and the results when it is uninstalled', async () => {
    await release.helm(['uninstall', release.name, '--wait']);
    assert.deepEqual(await release.remains(), [
      `namespace/${release.name}`,
      `namespace/${release.system}`,
      `persistentvolumeclaim/${release.name}-results`,
    ]);
  });
});

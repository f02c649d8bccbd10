import { findCellActivities } from './cells/find-cell.js';
import { judgeCellActivities } from './cells/judge-cell.js';
import { recordCellActivities } from './cells/record-cell.js';
import { ActivityContext, type ActivityDependencies } from './context/context.js';
import { dynamoDeploymentActivities } from './dynamo/dynamo-deployment.js';
import { platformActivities } from './dynamo/platform.js';
import { loadActivities } from './load/load.js';
import { provisioningActivities } from './provisioning/provision-nodes.js';
import { regressionActivities } from './report/regressions.js';
import { webhookActivities } from './report/webhook.js';
import { runRecordActivities } from './report/write-report.js';
import { claimingActivities } from './run/claiming.js';
import { cleanupActivities } from './run/cleanup.js';
import { etcdActivities } from './run/etcd.js';
import { nodeActivities } from './run/nodes.js';
import { pauseScheduleActivities } from './run/pause-schedule.js';
import { runObjectActivities } from './run/run-object.js';
import { evidenceActivities } from './transport/evidence.js';
import { probeActivities } from './transport/probes.js';
import { rankActivities } from './transport/ranks.js';

/** Creates the activities, which do all input and output for the workflows. */
export function createActivities(dependencies: ActivityDependencies) {
  const context = new ActivityContext(dependencies);
  return {
    ...runObjectActivities(context),
    ...nodeActivities(context),
    ...provisioningActivities(context),
    ...claimingActivities(context),
    ...etcdActivities(context),
    ...probeActivities(context),
    ...rankActivities(context),
    ...evidenceActivities(context),
    ...findCellActivities(context),
    ...judgeCellActivities(context),
    ...recordCellActivities(context),
    ...platformActivities(context),
    ...dynamoDeploymentActivities(context),
    ...loadActivities(context),
    ...runRecordActivities(context),
    ...regressionActivities(context),
    ...webhookActivities(),
    ...pauseScheduleActivities(context),
    ...cleanupActivities(context),
  };
}

export type Activities = ReturnType<typeof createActivities>;

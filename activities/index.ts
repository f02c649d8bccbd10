import { claimingActivities } from './claiming.js';
import { ActivityContext, type ActivityDependencies } from './context.js';
import { dynamoDeploymentActivities } from './dynamo-deployment.js';
import { etcdActivities } from './etcd.js';
import { evidenceActivities } from './evidence.js';
import { loadActivities } from './load.js';
import { loadRecordActivities } from './load-records.js';
import { nodeActivities } from './nodes.js';
import { platformActivities } from './platform.js';
import { probeActivities } from './probes.js';
import { rankActivities } from './ranks.js';
import { recordActivities } from './records.js';
import { regressionActivities } from './regressions.js';
import { runObjectActivities } from './run-object.js';
import { sweepActivities } from './sweep.js';
import { webhookActivities } from './webhook.js';
import { writeReportActivities } from './write-report.js';

/** Everything that the workflows let happen outside of themselves. */
export function createActivities(dependencies: ActivityDependencies) {
  const context = new ActivityContext(dependencies);
  return {
    ...runObjectActivities(context),
    ...nodeActivities(context),
    ...claimingActivities(context),
    ...etcdActivities(context),
    ...probeActivities(context),
    ...rankActivities(context),
    ...evidenceActivities(context),
    ...recordActivities(context),
    ...platformActivities(context),
    ...dynamoDeploymentActivities(context),
    ...loadActivities(context),
    ...loadRecordActivities(context),
    ...writeReportActivities(context),
    ...regressionActivities(context),
    ...webhookActivities(),
    ...sweepActivities(context),
  };
}

export type Activities = ReturnType<typeof createActivities>;

import { cancellationSignal } from '@temporalio/activity';
import { claimTemplates } from '../../cluster/objects/device-claims.js';
import { runObject } from '../../cluster/objects/run-object.js';
import { isNotFound } from '../../kubernetes/client/api-failure.js';
import type { KubernetesObject, Pod } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { CONFIG_MAP, DEPLOYMENT, POD } from '../../kubernetes/client/resources.js';
import { hasEnded } from '../../kubernetes/pods/pod-state.js';
import type { SuiteClaims } from '../../suite/pod/claims.js';
import { etcdName, runObjectName } from '../../suite/run/object-names.js';
import { type Run, runSelector } from '../../suite/run/run.js';
import type { SpecRequest } from '../../suite/spec/requests.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { refuseUnlisted } from '../context/allow-lists.js';
import type { ActivityContext } from '../context/context.js';

/** Time that Kubernetes gets to remove the objects of the run. */
const REMOVAL_SECONDS = 30;

export function runObjectActivities(context: ActivityContext) {
  /** @param missing what a missing kind or namespace means */
  async function createObject(run: Run, object: KubernetesObject, missing: { message: string; hint: string }) {
    try {
      return await context.cluster(run).createOrAdopt(object, cancellationSignal());
    } catch (error) {
      if (!isNotFound(error)) throw error;
      throw new SuiteFailure('NotFound', missing.message, { cause: error, hint: missing.hint });
    }
  }

  return {
    /**
     * Creates the run object: the ConfigMap that owns all objects of the run and contains the scripts and files of its
     * pods. Creates the ResourceClaimTemplates of its claims too.
     *
     * @param input.files files of the tests, by name
     * @param input.requests what the spec names; a run of an earlier version does not send it
     * @param input.claims devices that pods get by claims
     * @throws {SuiteFailure} `NotAllowed` when the worker does not allow one of the requests
     */
    async openRun(input: {
      run: Run;
      files: Readonly<Record<string, string>>;
      requests?: readonly SpecRequest[];
      claims?: SuiteClaims;
    }): Promise<void> {
      const { run, files, requests = [], claims = {} } = input;
      refuseUnlisted(context.allowed, requests);
      const annotations = await context.annotations(run);
      const owner = await createObject(run, await runObject(run, files, annotations), {
        message: `namespace "${run.namespace}" does not exist`,
        hint: 'Create it together with the worker’s permissions: helm install dynamo-bench charts/dynamo-bench',
      });
      for (const template of claimTemplates(run, claims, { annotations, ownerUid: owner.metadata.uid })) {
        await createObject(run, template, {
          message: 'the cluster has no ResourceClaimTemplate of resource.k8s.io/v1, which resources.claims needs',
          hint: 'Use Kubernetes 1.34 or newer, or request the devices of a device plugin by resources.devices',
        });
      }
    },

    /** Checks whether the run object and the run's etcd exist. They may be missing after a reset of the workflow. */
    async isRunOpen(input: { run: Run }): Promise<boolean> {
      const { run } = input;
      const found = await Promise.all([
        context.cluster(run).find(CONFIG_MAP, run.namespace, runObjectName(run), cancellationSignal()),
        context.cluster(run).find(DEPLOYMENT, run.namespace, etcdName(run), cancellationSignal()),
      ]);
      return found.every((object) => object !== undefined && object.metadata.deletionTimestamp === undefined);
    },

    /**
     * Deletes all objects of the run, and waits until none of its pods runs. Objects that Kubernetes has not collected
     * by then use no resources.
     */
    async closeRun(input: { run: Run }): Promise<void> {
      const { run } = input;
      const cluster = context.cluster(run);
      const labelSelector = runSelector(run);
      // Comes first, because the Deployment would replace its deleted pod.
      await cluster.delete(DEPLOYMENT, run.namespace, etcdName(run));
      await cluster.delete(CONFIG_MAP, run.namespace, runObjectName(run));
      // Comes later: a step that still locks a node looks for the run object and releases the node.
      await context.claims.release(run);
      await poll(
        async (elapsed) => {
          const pods = await cluster.list<Pod>(POD, run.namespace, { labelSelector });
          const left = pods.filter((pod) => !hasEnded(pod));
          const late = elapsed > REMOVAL_SECONDS;
          const toDelete = left.filter(({ metadata }) => late || metadata.deletionTimestamp === undefined);
          // A lost node never reports the end of a pod, so its pods are deleted by force.
          const gracePeriodSeconds = late ? 0 : 1;
          await Promise.all(
            toDelete.map(({ metadata }) => cluster.delete(POD, run.namespace, metadata.name, { gracePeriodSeconds })),
          );
          return left.length === 0 || late ? true : undefined;
        },
        AbortSignal.timeout((REMOVAL_SECONDS + 30) * 1000),
      );
    },
  };
}

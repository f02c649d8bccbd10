import type { Cluster } from '../kubernetes/client/cluster.js';
import { readManifest } from '../kubernetes/client/manifest.js';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface AccessReview {
  readonly status?: { readonly allowed?: boolean };
}

/**
 * Returns the permissions of `manifests/worker/rbac.yaml` that the current credentials do not have. No other list of
 * the permissions exists.
 *
 * @returns one line for each missing permission: `create pods in dynamo-bench`
 */
export async function missingPermissions(cluster: Cluster, namespace: string): Promise<string[]> {
  const objects = await readManifest('worker/rbac.yaml');
  const wanted = objects.flatMap((object) => {
    const scope = object.kind === 'Role' ? namespace : object.kind === 'ClusterRole' ? '' : undefined;
    if (scope === undefined) return [];
    return (object.rules as Rule[]).flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => ({ scope, group, resource, verb }))),
      ),
    );
  });
  const answers = await Promise.all(
    wanted.map(async ({ scope, group, resource, verb }) => {
      const [name = '', subresource = ''] = resource.split('/');
      const review = await cluster.post<AccessReview>('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { namespace: scope, group, resource: name, subresource, verb } },
      });
      return review.status?.allowed
        ? undefined
        : `${verb} ${resource}${scope ? ` in ${scope}` : ' in the whole cluster'}`;
    }),
  );
  return answers.filter((answer) => answer !== undefined);
}

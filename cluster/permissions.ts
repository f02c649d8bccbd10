import type { Cluster } from '../kubernetes/client/cluster.js';
import { readPackageObjects } from '../kubernetes/client/manifest.js';

/** File of the chart that lists all permissions of the worker. No other list of them exists. */
export const PERMISSIONS_FILE = 'charts/dynamo-bench/files/permissions.yaml';

/** Role in the namespace of the node locks, and the optional ClusterRole. All others are named `dynamo-bench-worker`. */
const LEASES_ROLE = 'dynamo-bench-worker-leases';
const OPTIONAL_ROLE = 'dynamo-bench-worker-other-namespaces';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface AccessReview {
  readonly status?: { readonly allowed?: boolean };
}

/** Permissions that an account lacks; each one as `create pods in dynamo-bench`. */
export interface MissingPermissions {
  readonly required: readonly string[];
  /** Without these, the suite sees only its own namespace: see docs/security.md. */
  readonly optional: readonly string[];
}

/** Returns the permissions of the worker that the current credentials do not have. */
export async function missingPermissions(
  cluster: Cluster,
  { namespace, leaseNamespace }: { readonly namespace: string; readonly leaseNamespace: string },
): Promise<MissingPermissions> {
  const roles = await readPackageObjects(PERMISSIONS_FILE);
  const wanted = roles.flatMap(({ kind, metadata, rules }) => {
    const scope = kind === 'ClusterRole' ? '' : metadata.name === LEASES_ROLE ? leaseNamespace : namespace;
    const optional = metadata.name === OPTIONAL_ROLE;
    return (rules as Rule[]).flatMap((rule) =>
      permissionsOf(rule).map((attributes) => ({ scope, optional, attributes })),
    );
  });
  const answers = await Promise.all(
    wanted.map(async ({ scope, optional, attributes }) => {
      const review = await cluster.post<AccessReview>('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { namespace: scope, ...attributes } },
      });
      const { verb, resource, subresource } = attributes;
      const what = `${verb} ${resource}${subresource ? `/${subresource}` : ''}`;
      const text = `${what}${scope ? ` in ${scope}` : ' in the whole cluster'}`;
      return { optional, text, allowed: review.status?.allowed === true };
    }),
  );
  const missing = (optional: boolean) =>
    answers.filter((answer) => !answer.allowed && answer.optional === optional).map(({ text }) => text);
  return { required: missing(false), optional: missing(true) };
}

function permissionsOf({ apiGroups, resources, resourceNames = [''], verbs }: Rule) {
  return apiGroups.flatMap((group) =>
    resources.flatMap((path) => {
      const [resource = '', subresource = ''] = path.split('/');
      return resourceNames.flatMap((name) => verbs.map((verb) => ({ group, resource, subresource, name, verb })));
    }),
  );
}

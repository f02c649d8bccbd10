import type { FailureKind } from './failure-kind.js';

/** Failures of the spec, the Kubernetes API and the nodes, before any tool runs. */
export const CLUSTER_FAILURES = {
  InvalidSpec: {
    retry: 'never',
    hint: 'Correct the suite spec; `dynamo-bench validate SPEC` lists the same problems',
  },
  NotAllowed: {
    retry: 'never',
    hint: 'Use what the worker allows, or ask whoever runs the worker to add it to the named variable',
  },
  ClusterNotReady: {
    retry: 'never',
    hint: 'Follow the hint of each problem in the list, then start the same suite again',
  },

  ApiUnreachable: {
    retry: 'infrastructure',
    hint: 'Check the server address in the kubeconfig, `cluster.context` in the spec and the network path from the worker to the API server',
  },
  ApiUnavailable: {
    retry: 'infrastructure',
    hint: 'Wait; the API server is overloaded or restarting, and the suite retries the request',
  },
  WebhookUnavailable: {
    retry: 'infrastructure',
    hint: 'Check the Service and the pods of the webhook that the message names; it did not answer the API server, and the suite repeats the request',
  },
  ApiConflict: {
    retry: 'infrastructure',
    hint: 'Wait; another client modified the object, and the suite retries the request',
  },
  Unauthorized: {
    retry: 'never',
    hint: 'Renew the token or kubeconfig of the worker; the API server rejected its credentials',
  },
  Forbidden: {
    retry: 'never',
    hint: "Install the chart charts/dynamo-bench for the suite's namespace, or grant the permission named in the message",
  },
  NotFound: { retry: 'never', hint: 'Create the missing object, or correct its name in the spec' },
  Rejected: {
    retry: 'never',
    hint: 'Correct the field named in the message; the API server refused the object',
  },

  NodesBusy: {
    retry: 'never',
    hint: 'Wait for the suite that measures on these nodes, cancel it, or increase `timeouts.nodeLock`',
  },
  NodesNotProvisioned: {
    retry: 'never',
    hint: 'Correct what the events in the message name (quota, capacity, node pool, taints, queue), or increase `timeouts.provision`',
  },
  NodeClaimLost: {
    retry: 'rendezvous',
    hint: 'Wait; the lock of a node expired, and the suite locks the node again before the next attempt',
  },
} as const satisfies Record<string, FailureKind>;

/**
 * Every way in which a step can fail, and what follows from it.
 *
 * - `infrastructure`: the same step is tried again, with a growing pause;
 * - `rendezvous`: both ranks are started again under a new group; one of them alone is never restarted;
 * - `never`: the same input gives the same failure, a person has to change something.
 */
export type Retry = 'infrastructure' | 'rendezvous' | 'never';

/** What is known of a class of failure: whether to try again, and what a person can do. */
export interface FailureKind {
  readonly retry: Retry;
  readonly hint: string;
}

/** The classes. The name of a class is the `type` of the failure in Temporal's history and in every record. */
export const FAILURES = {
  InvalidSpec: { retry: 'never', hint: 'correct the suite spec; `dynamo-bench validate SPEC` shows the same list' },
  ClusterNotReady: {
    retry: 'never',
    hint: 'each problem in the list says what to do; start the same suite again then',
  },

  ApiUnreachable: {
    retry: 'infrastructure',
    hint: "check the API server's address in the kubeconfig, the context of the spec and the network path from the worker",
  },
  ApiUnavailable: { retry: 'infrastructure', hint: 'the API server is overloaded or restarting; it is asked again' },
  ApiConflict: { retry: 'infrastructure', hint: 'somebody else changed the same object; it is tried again' },
  Unauthorized: {
    retry: 'never',
    hint: 'the credentials are not accepted: renew the token or kubeconfig of the worker',
  },
  Forbidden: {
    retry: 'never',
    hint: "apply manifests/worker/rbac.yaml in the suite's namespace, or grant the permission that the message names",
  },
  NotFound: { retry: 'never', hint: 'create what is missing, or correct its name in the spec' },
  Rejected: { retry: 'never', hint: 'the API server refused the object; the message says which field' },

  NodesBusy: {
    retry: 'never',
    hint: 'another suite measures on these nodes: wait for it, cancel it, or raise timeouts.nodeLock',
  },
  NodeClaimLost: { retry: 'rendezvous', hint: 'the claim on a node expired meanwhile; it is claimed again first' },

  ImagePull: {
    retry: 'never',
    hint: 'check the image name, `imagePullSecret` and that the nodes can reach the registry (or load the image on them)',
  },
  Unschedulable: { retry: 'never', hint: 'free the resource that the message names, or ask for less in `resources`' },
  PodRejected: { retry: 'never', hint: 'the node refused or could not create the container; see the message' },
  PodLost: {
    retry: 'rendezvous',
    hint: 'the pod was deleted or evicted, or its node went away; both ranks start again',
  },
  EtcdNotReady: { retry: 'infrastructure', hint: "look at the etcd pod's log and events; the image must be pullable" },
  EtcdNotOwned: { retry: 'never', hint: 'the etcd has no mark of this suite run, so nothing in it was deleted' },

  EtcdUnreachable: { retry: 'rendezvous', hint: "the rank could not reach the suite's etcd: check network policies" },
  EtcdUri: {
    retry: 'never',
    hint: 'the etcd host did not resolve in the pod: with hostNetwork the pod needs dnsPolicy ClusterFirstWithHostNet, and NIXL_ETCD_ENDPOINTS must be unset',
  },
  StaleRendezvous: { retry: 'rendezvous', hint: 'left-over keys of an earlier rank; a new group is used' },
  RendezvousTimeout: {
    retry: 'rendezvous',
    hint: 'the ranks did not meet in time; both start again under a new group',
  },
  PeerLost: { retry: 'rendezvous', hint: 'one rank ended while the other still needed it; both start again' },
  MetadataExchange: {
    retry: 'never',
    hint: 'the ranks could not use each other’s metadata: NIC counts, plug-ins or versions differ between the nodes',
  },
  BackendUnavailable: {
    retry: 'never',
    hint: 'NIXL could not create the back end: check the plug-in (NIXL_PLUGIN_DIR), FI_PROVIDER and `fi_info -p efa` in the probe',
  },
  UnsupportedBackend: { retry: 'never', hint: 'this nixlbench does not know the back end; names are case-sensitive' },
  MemoryRegistration: {
    retry: 'never',
    hint: 'memory could not be registered: check memlock (IPC_LOCK), huge pages, dmabuf and the memory limit (128Gi for 32 EFA)',
  },
  TransferFailed: { retry: 'rendezvous', hint: 'a transfer ended with an error; both ranks start again' },
  ConsistencyFailed: { retry: 'never', hint: 'the bytes that arrived are not the bytes that were sent' },
  NoTransport: {
    retry: 'never',
    hint: 'the device or transport does not exist in the pod: check UCX_TLS and UCX_NET_DEVICES',
  },
  ConnectionRefused: { retry: 'rendezvous', hint: 'the server rank was not listening; both ranks start again' },
  ToolOptions: {
    retry: 'never',
    hint: 'the tool in the image does not accept this command line; compare with its --help',
  },
  ToolMissing: { retry: 'never', hint: 'the image does not contain the tool or one of its libraries' },
  OutOfMemory: {
    retry: 'never',
    hint: 'the container passed its memory limit: raise `resources.memory` (128Gi for 32 EFA)',
  },
  Hung: {
    retry: 'rendezvous',
    hint: 'the tool was still running at the time limit and was ended; raise `timeout` if it is honest',
  },
  Crashed: {
    retry: 'rendezvous',
    hint: 'the tool crashed before its table was complete; the logs of both ranks are kept',
  },
  Incomplete: { retry: 'rendezvous', hint: 'rows are missing in the output; the logs of both ranks are kept' },

  StoreUnavailable: {
    retry: 'infrastructure',
    hint: 'the result store does not answer or is busy: check RESULTS_URL, that PostgreSQL runs, and the network path to it',
  },
  StoreFull: { retry: 'infrastructure', hint: 'free space where the results are kept; it is tried again' },
  StoreNotWritable: {
    retry: 'infrastructure',
    hint: 'the worker must be allowed to write: check the owner and mount of RESULTS_DIR, or the role of RESULTS_URL',
  },
  StoreRefused: { retry: 'never', hint: 'check the address, database, user and password in RESULTS_URL' },
  StoreCorrupt: {
    retry: 'never',
    hint: 'move results.db and its -wal and -shm away and import the last export; the folders of the runs are whole',
  },
  InvalidExport: { retry: 'never', hint: 'give a file that `dynamo-bench export` wrote, whole; nothing was imported' },
  StoreTooOld: {
    retry: 'never',
    hint: 'start a worker of this version, or use any command that writes (import, prune, baseline, acknowledge): it brings the store up to date',
  },
  StoreTooNew: {
    retry: 'infrastructure',
    hint: 'a newer dynamo-bench wrote this store: use that version or a newer one; a newer worker goes on with the suite',
  },

  PlatformMissing: {
    retry: 'never',
    hint: 'install the Dynamo platform, set dynamo.platform.install to true, or use dynamo.kind "manifests"',
  },
  PlatformInstall: { retry: 'never', hint: 'helm says what is wrong; check dynamo.platform.chart, version and values' },
  NameTaken: {
    retry: 'never',
    hint: 'something else has this name and nothing of it was touched: choose another dynamo.name, or remove it yourself',
  },
  DeploymentNotReady: {
    retry: 'never',
    hint: 'the message says which pods are not ready and why; their logs are with the evidence',
  },
  DeploymentStuck: {
    retry: 'never',
    hint: 'the deployment is told to go and waits for its finalizer: the Dynamo operator has to run for that',
  },
  ModelUnknown: { retry: 'never', hint: 'the frontend does not serve a model of this name: compare dynamo.model.name' },
  FrontendUnreachable: { retry: 'rendezvous', hint: 'the frontend did not answer; the point is measured again' },
  NoWorker: {
    retry: 'rendezvous',
    hint: 'the frontend had no worker for prefill or decode; the point is measured again',
  },
  TokenizerMissing: {
    retry: 'never',
    hint: 'AIPerf found no tokenizer: set dynamo.load.tokenizer to a folder in its image or to a name on the hub',
  },
  WebhookUnreachable: { retry: 'infrastructure', hint: "the webhook did not answer: check the worker's way to it" },
  WebhookRefused: {
    retry: 'never',
    hint: "check the URL in the worker's environment variable that `webhook.urlEnv` names",
  },

  Terminated: {
    retry: 'never',
    hint: 'somebody ended it by force: start the same suite again, what is recorded is taken over',
  },
  Internal: { retry: 'infrastructure', hint: 'this is a fault of the suite itself; the worker log has the stack' },
} as const satisfies Record<string, FailureKind>;

export type FailureClass = keyof typeof FAILURES;

/** A failure as a plain value: what is written to records and shown to people. */
export interface FailureRecord {
  readonly class: FailureClass;
  readonly message: string;
  readonly hint: string;
}

/** The one error of the suite: a class that decides about the retry, words for people, and the cause. */
export class SuiteFailure extends Error {
  override readonly name = 'SuiteFailure';
  readonly class: FailureClass;
  readonly hint: string;
  readonly details: readonly unknown[];

  constructor(
    failureClass: FailureClass,
    message: string,
    options: { cause?: unknown; details?: readonly unknown[]; hint?: string } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.class = failureClass;
    this.hint = options.hint ?? FAILURES[failureClass].hint;
    this.details = options.details ?? [];
  }

  get retry(): Retry {
    return FAILURES[this.class].retry;
  }
}

export function failureRecord(failureClass: FailureClass, message: string, hint?: string): FailureRecord {
  return { class: failureClass, message, hint: hint ?? FAILURES[failureClass].hint };
}

export function isFailureClass(name: string): name is FailureClass {
  return Object.hasOwn(FAILURES, name);
}

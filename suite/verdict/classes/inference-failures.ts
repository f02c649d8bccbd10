import type { FailureKind } from './failure-kind.js';

/** Failures of the Dynamo platform, the deployment under test and its load. */
export const INFERENCE_FAILURES = {
  PlatformMissing: {
    retry: 'never',
    hint: 'Install the Dynamo platform, set `dynamo.platform.install` to true, or set `dynamo.deployWith` to "manifests"',
  },
  PlatformInstall: {
    retry: 'never',
    hint: 'Check `dynamo.platform.chart`, `version` and `values` against the error that helm printed',
  },
  PlatformNotReady: {
    retry: 'never',
    hint: 'Check the part of the Dynamo platform that the message names, its pods and events; the suite waits for an existing platform and never changes it',
  },
  NameTaken: {
    retry: 'never',
    hint: 'Choose another `dynamo.name`, or remove the object with this name; the suite did not change it',
  },
  DeploymentNotReady: {
    retry: 'never',
    hint: 'Check the pods named in the message; their logs are stored with the evidence',
  },
  DeploymentStuck: {
    retry: 'never',
    hint: 'Check that the Dynamo operator is running; a finalizer that only the operator removes blocks the deletion',
  },
  FirstRequestFailed: {
    retry: 'never',
    hint: 'Check the stored logs of the prefill and decode workers; both must have the same NIXL back end (NIXL_ERR_BACKEND) and reach each other',
  },
  AnswerDiffers: {
    retry: 'never',
    hint: 'Check that both deployments have the same image, model and KV cache type, then the NIXL back end; the KV cache that the decode worker received gives another answer than the control',
  },
  ModelUnknown: {
    retry: 'never',
    hint: 'Set `dynamo.model.name` to a model that the frontend serves',
  },
  FrontendUnreachable: {
    retry: 'rendezvous',
    hint: 'Check the log of the frontend, which did not answer; the suite measures the load point again',
  },
  NoWorker: {
    retry: 'rendezvous',
    hint: 'Check the prefill and decode workers; the frontend had no worker for a request, and the suite measures the load point again',
  },
  EndpointUnknown: {
    retry: 'never',
    hint: 'Check `--endpoint-type`, `--endpoint` and `--url` in `dynamo.load.arguments`; the server has no such path, or is not the Dynamo frontend',
  },
  FrontendUnauthorized: {
    retry: 'never',
    hint: 'Set the key with `--api-key` or `--header` in `dynamo.load.arguments`; the server refused the requests of the load',
  },
  FrontendOverloaded: {
    retry: 'rendezvous',
    hint: 'Use a lower concurrency or more workers; the frontend had no capacity, and the suite measures the load point again',
  },
  ContextTooLong: {
    retry: 'never',
    hint: 'Set smaller `inputTokens` or `outputTokens`, or increase the context length of the engine',
  },
  RequestRejected: {
    retry: 'never',
    hint: 'Correct `dynamo.load.arguments` against the error of the frontend, which rejected the requests',
  },
  RequestTimeout: {
    retry: 'rendezvous',
    hint: 'Check the log of the workers, or increase `--request-timeout-seconds` in `dynamo.load.arguments`; the requests had no answer in time, and the suite measures the load point again',
  },
  RequestsFailed: {
    retry: 'rendezvous',
    hint: 'Check the logs of the frontend and the workers; every request failed, and the suite measures the load point again',
  },
  UnsupportedLoadTool: {
    retry: 'never',
    hint: 'Set `dynamo.load.image` to an image with AIPerf 0.8 to 0.13, which have all options that the suite passes',
  },
  TokenizerMissing: {
    retry: 'never',
    hint: 'Set `dynamo.load.tokenizer` to a folder in the AIPerf image or to a name on the Hugging Face hub',
  },
} as const satisfies Record<string, FailureKind>;

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
  TokenizerMissing: {
    retry: 'never',
    hint: 'Set `dynamo.load.tokenizer` to a folder in the AIPerf image or to a name on the Hugging Face hub',
  },
} as const satisfies Record<string, FailureKind>;

/** The suite run and the test that a workflow id names. */
export interface WorkflowName {
  /** Workflow id of the suite run. */
  readonly suiteRun: string;
  /** Test or block of tests; undefined for the workflow of the suite run itself. */
  readonly test?: string;
}

/** Splits the id of a workflow. That of a test has the id of its suite run and the name of the test: `nightly/nixl-ucx`. */
export function workflowName(workflowId: string): WorkflowName {
  const slash = workflowId.lastIndexOf('/');
  if (slash < 0) return { suiteRun: workflowId };
  return { suiteRun: workflowId.slice(0, slash), test: workflowId.slice(slash + 1) };
}

/** What a sweep found of one suite run in the cluster, and what is to be done about it. */
export interface LeftoverObjects {
  readonly key: string;
  readonly workflowId: string;
  /**
   * - `running`: its workflow goes on, nothing is touched;
   * - `remove`: its workflow is closed or gone;
   * - `foreign`: its workflow lives on another Temporal server or namespace, which this one cannot ask.
   */
  readonly state: 'running' | 'remove' | 'foreign';
  /** `Kind/name`, in the order in which they are removed. */
  readonly objects: readonly string[];
}

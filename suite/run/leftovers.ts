/** Objects of one suite run that cleanup found in the cluster, and the state of that run. */
export interface LeftoverObjects {
  readonly key: string;
  readonly workflowId: string;
  /**
   * - `running`: the workflow is open, so the objects stay;
   * - `remove`: the workflow is closed or unknown, so the objects are removed;
   * - `foreign`: the workflow belongs to another Temporal server or namespace, whose state is unknown, so the objects stay.
   */
  readonly state: 'running' | 'remove' | 'foreign';
  /** `Kind/name`, in the order of removal. */
  readonly objects: readonly string[];
  /** Objects that were deleted before and stay because of a finalizer, each as a clause. Absent without such objects. */
  readonly stuck?: readonly string[];
}

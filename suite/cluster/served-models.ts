/** Answer of the frontend's `/v1/models`. */
export interface ModelList {
  readonly data?: readonly { readonly id?: string }[];
}

/** Answer of the frontend's `/health`. Its status is "healthy" even when it can serve no request. */
export interface FrontendHealth {
  readonly instances?: readonly { readonly component?: string; readonly endpoint?: string }[];
}

/**
 * Describes what keeps the frontend from serving; undefined when it lists the model and every worker of the deployment.
 * Workers are counted by their entries: their 64-bit ids do not fit into a number of JSON.
 */
export function servingProblem(
  model: string,
  topology: 'disaggregated' | 'aggregated',
  replicas: { readonly prefill: number; readonly decode: number },
  models: ModelList,
  health: FrontendHealth,
): string | undefined {
  const generating = (health.instances ?? []).filter(({ endpoint }) => endpoint === 'generate');
  const prefill = generating.filter(({ component }) => component?.includes('prefill')).length;
  const others = generating.length - prefill;
  const missing =
    topology === 'aggregated'
      ? missingWorkers('workers', others, replicas.prefill + replicas.decode)
      : (missingWorkers('decode workers', others, replicas.decode) ??
        missingWorkers('prefill workers', prefill, replicas.prefill));
  if (missing) return missing;
  const served = (models.data ?? []).map(({ id }) => id);
  if (!served.includes(model)) {
    return `the frontend serves ${served.length === 0 ? 'no model' : served.join(', ')}, but not ${model}`;
  }
  return undefined;
}

function missingWorkers(what: string, known: number, wanted: number): string | undefined {
  return known < wanted ? `the frontend knows ${known} of ${wanted} ${what}` : undefined;
}

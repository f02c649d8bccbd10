/** Response of the frontend's `/v1/models`. */
export interface ModelList {
  readonly data?: readonly { readonly id?: string }[];
}

/** Response of the frontend's `/health`. Its status is "healthy" even when the frontend cannot serve requests. */
export interface FrontendHealth {
  readonly instances?: readonly { readonly component?: string; readonly endpoint?: string }[];
}

/**
 * Describes why the frontend cannot serve yet; undefined when it lists the model and every worker of the deployment.
 * Counts the entries of workers and not their ids, which have 64 bits and do not fit into a JSON number.
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

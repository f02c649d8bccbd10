/** What the frontend says of itself. Its status word says "healthy" also when nothing can be served. */

export interface ModelList {
  readonly data?: readonly { readonly id?: string }[];
}

export interface FrontendHealth {
  readonly instances?: readonly { readonly component?: string; readonly endpoint?: string }[];
}

/**
 * What keeps the frontend from serving, in words; undefined when it serves: it lists the model, and it knows every worker
 * of the deployment. It says so with an entry for each worker and endpoint; the id in it is no help, because a number of
 * JSON cannot hold its 64 bits.
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
    return `the frontend serves ${served.length === 0 ? 'no model' : served.join(', ')} and not ${model}`;
  }
  return undefined;
}

function missingWorkers(what: string, known: number, wanted: number): string | undefined {
  return known < wanted ? `the frontend knows ${known} of ${wanted} ${what}` : undefined;
}

/** What the frontend says of itself. Its status word says "healthy" also when nothing can be served. */

export interface ModelList {
  readonly data?: readonly { readonly id?: string }[];
}

export interface FrontendHealth {
  readonly instances?: readonly { readonly component?: string; readonly endpoint?: string }[];
}

/**
 * What keeps the frontend from serving, in words; undefined when it serves: it lists the model, and it knows a worker for
 * each role that the topology has.
 */
export function servingProblem(
  model: string,
  topology: 'disaggregated' | 'aggregated',
  models: ModelList,
  health: FrontendHealth,
): string | undefined {
  const generating = (health.instances ?? []).filter(({ endpoint }) => endpoint === 'generate');
  const prefill = generating.filter(({ component }) => component?.includes('prefill'));
  if (generating.length === prefill.length) {
    return `the frontend knows no ${topology === 'disaggregated' ? 'decode worker' : 'worker'}`;
  }
  if (topology === 'disaggregated' && prefill.length === 0) return 'the frontend knows no prefill worker';
  const served = (models.data ?? []).map(({ id }) => id);
  if (!served.includes(model)) {
    return `the frontend serves ${served.length === 0 ? 'no model' : served.join(', ')} and not ${model}`;
  }
  return undefined;
}

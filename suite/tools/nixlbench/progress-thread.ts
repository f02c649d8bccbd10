import type { RankConditions } from '../common/tool.js';
import type { NixlbenchSpec } from './spec.js';

/**
 * Whether a test lacks NIXL's progress thread. LIBFABRIC of nixlbench 1.1 and later needs it over every provider but efa.
 * Observed with nixlbench 1.4 and libfabric's tcp provider: without the thread, no row ends.
 */
export function lacksProgressThread({ backend, enablePt }: NixlbenchSpec, conditions: RankConditions): boolean {
  return backend === 'LIBFABRIC' && !enablePt && !usesEfa(conditions);
}

/**
 * Whether libfabric uses its efa provider: the fabric has EFA devices, and FI_PROVIDER does not choose other providers
 * (fi_provider(7): a list of names, or after `^` of names to exclude).
 */
function usesEfa({ environment, provider }: RankConditions): boolean {
  const wanted = environment.FI_PROVIDER;
  if (provider !== 'efa') return false;
  if (wanted === undefined) return true;
  const names = wanted.replace(/^\^/, '').split(/[,;]/);
  const listed = names.some((name) => name.trim() === 'efa');
  return wanted.startsWith('^') ? !listed : listed;
}

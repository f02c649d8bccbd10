import type { RankConditions } from '../common/tool.js';

/**
 * Whether libfabric uses its efa provider: the fabric has EFA devices, and FI_PROVIDER does not choose other providers (fi_provider(7):
 * a list of names, or after `^` of names to exclude).
 */
export function usesEfa({ environment, provider }: RankConditions): boolean {
  const wanted = environment.FI_PROVIDER;
  if (provider !== 'efa') return false;
  if (wanted === undefined) return true;
  const names = wanted.replace(/^\^/, '').split(/[,;]/);
  const listed = names.some((name) => name.trim() === 'efa');
  return wanted.startsWith('^') ? !listed : listed;
}

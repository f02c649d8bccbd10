/**
 * Whether libfabric uses its efa provider: the fabric has EFA devices, and FI_PROVIDER does not choose other providers (fi_provider(7):
 * a list of names, or after `^` of names to exclude).
 *
 * @param conditions.provider provider of the fabric; absent when the fabric has none of its own
 */
export function usesEfa(conditions: {
  readonly environment: Readonly<Record<string, string>>;
  readonly provider?: string | undefined;
}): boolean {
  const wanted = conditions.environment.FI_PROVIDER;
  if (conditions.provider !== 'efa') return false;
  if (wanted === undefined) return true;
  const names = wanted.replace(/^\^/, '').split(/[,;]/);
  const listed = names.some((name) => name.trim() === 'efa');
  return wanted.startsWith('^') ? !listed : listed;
}

/** Returns true when two deployments have the same images by their digests, or when no digest of one of them is known. */
export function sameImages(a: readonly string[], b: readonly string[]): boolean {
  const known = (ids: readonly string[]) => [...new Set(ids.filter(Boolean))].sort().join();
  return known(a) === known(b) || known(a) === '' || known(b) === '';
}

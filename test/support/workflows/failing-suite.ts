const TOO_LARGE = 3_000_000;

/** A suite whose first workflow task fails in every attempt: for a fault of the code, or for a result that is too large. */
export async function benchmarkSuite({ name }: { readonly name: string }): Promise<string> {
  if (name === 'too large') return 'x'.repeat(TOO_LARGE);
  throw new TypeError('made up');
}

import { mersenne } from 'pure-rand/generator/mersenne';

/** Normally distributed numbers that depend on the seed only. */
export function normal(seed: number): () => number {
  const random = mersenne(seed);
  const uniform = () => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

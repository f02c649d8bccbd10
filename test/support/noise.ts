import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { mersenne } from 'pure-rand/generator/mersenne';

/** Draws a figure around 1. */
export type Noise = () => number;

/**
 * Ways in which figures of a system that does not change stray, by name; they depend on the seed only.
 *
 * @param spread as a share
 */
export function noises(seed: number, spread: number): Readonly<Record<string, Noise>> {
  const random = mersenne(seed);
  const uniform = () => uniformFloat64(random);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    normal: () => Math.exp(spread * normal()),
    'one in ten strays eight times as far': () => Math.exp((uniform() < 0.1 ? 8 : 1) * spread * normal()),
    'one in five is slow': () => Math.exp(spread * normal()) * (uniform() < 0.2 ? 1 - 8 * spread * uniform() : 1),
    'one in ten is 30 % slow': () => Math.exp((spread / 2) * normal()) * (uniform() < 0.1 ? 0.7 : 1),
    'two levels': () => Math.exp(0.3 * spread * normal()) * (uniform() < 0.3 ? 1 - 3 * spread : 1),
    'printed coarsely': () => Math.round(200 * Math.exp(spread * normal())) / 200,
  };
}

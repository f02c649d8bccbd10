/** Student's t distribution, for a whole number of degrees of freedom: finite sums (Abramowitz and Stegun 26.7.3, .4). */

/** Probability of a value at least as far from 0 as `t`, on either side; 1 when nothing is known of `t`. */
export function studentTwoSided(t: number, degrees: number): number {
  if (t === 0) return 1;
  if (Number.isNaN(t)) return 1;
  if (!Number.isFinite(t)) return 0;
  const angle = Math.atan(Math.abs(t) / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  const within = odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return Math.min(1, Math.max(0, 1 - within));
}

/** The value that is passed, on either side, with probability `share`: 2.262 for 0.05 and 9. */
export function studentQuantile(share: number, degrees: number): number {
  let [low, high] = [0, 1e6];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, degrees) > share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

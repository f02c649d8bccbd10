/**
 * Returns the probability that a value of Student's t distribution is at least as far from 0 as `t`, on either side; 1 when
 * `t` is not a number. Finite sums for a whole number of degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4).
 */
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

/** Returns the value that is exceeded on either side with probability `share`: 2.262 for 0.05 and 9 degrees of freedom. */
export function studentQuantile(share: number, degrees: number): number {
  let [low, high] = [0, 1e6];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, degrees) > share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

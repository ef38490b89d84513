import { type Factors, factorArray, factorCount } from './factors.ts';

/** Length of z². */
const zDim = 64;
/** Factors are kept off 0 and 1, whose normal scores are infinite. */
const margin = 0.01;
/** The squared length that the factors may take up at most. */
const roomForFactors = 62;

/** Inverse of the normal distribution function, by Newton's method on `normalCdf`. */
function normalScore(probability: number): number {
  let x = 0;
  for (let i = 0; i < 60; i++) {
    const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    const step = (normalCdf(x) - probability) / density;
    x -= Math.max(-0.5, Math.min(0.5, step));
  }
  return x;
}

/** By the series of Marsaglia 2004, exact to rounding in the range that is used. */
function normalCdf(x: number): number {
  let term = x;
  let sum = x;
  for (let i = 3; Math.abs(term) > 1e-17 && i < 300; i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** Standard normal numbers from a seed (mulberry32 and Box and Muller). */
function normalNumbers(seed: number, count: number): number[] {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/**
 * A z whose picture has these factors: Q·u plus a seeded rest that Q does not see, of the length that
 * makes the mapping's normalisation the identity. `basis` is Q, (64, 25), row by row, as the weights
 * file carries it (`factors.basis`).
 */
export function latentOf(factors: Factors, basis: ArrayLike<number>, seed: number): Float32Array {
  const clamped = factorArray(factors).map((f) => Math.min(1 - margin, Math.max(margin, f)));
  let scores = clamped.map(normalScore);
  const squared = scores.reduce((sum, u) => sum + u * u, 0);
  const shrink = Math.min(1, Math.sqrt(roomForFactors / squared));
  scores = scores.map((u) => u * shrink);

  const column = (z: ArrayLike<number>, k: number) => {
    let sum = 0;
    for (let i = 0; i < zDim; i++) sum += z[i] * basis[i * factorCount + k];
    return sum;
  };
  const spread = (u: number[], i: number) =>
    u.reduce((sum, value, k) => sum + value * basis[i * factorCount + k], 0);
  const random = normalNumbers(seed, zDim);
  const seen = scores.map((_, k) => column(random, k));
  const rest = random.map((value, i) => value - spread(seen, i));
  const restLength = Math.hypot(...rest);
  const wanted = Math.sqrt(zDim - Math.min(squared, roomForFactors));
  return Float32Array.from(rest, (value, i) => spread(scores, i) + (value / restLength) * wanted);
}

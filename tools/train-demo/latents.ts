import { type Factors, factorArray, factorCount, factorNames, factorsFrom } from './factors.ts';
import { uniformNumbers } from './random.ts';

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

/** Standard normal numbers from a seed (Box and Muller). */
function normalNumbers(seed: number, count: number): number[] {
  const uniform = uniformNumbers(seed);
  return Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/** Q of z to factors as the weights file carries it (`factors.basis`): (64, 25), row by row. */
export type FactorBasis = ArrayLike<number>;

/** The normal scores Qᵀ·z of a z of any length: what of it the factors see. */
function scoresOf(z: ArrayLike<number>, basis: FactorBasis): number[] {
  return Array.from({ length: factorCount }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < zDim; i++) sum += z[i] * basis[i * factorCount + k];
    return sum;
  });
}

/** Q·u: the part of a z that has these scores. */
function spread(scores: readonly number[], basis: FactorBasis): number[] {
  return Array.from({ length: zDim }, (_, i) =>
    scores.reduce((sum, value, k) => sum + value * basis[i * factorCount + k], 0),
  );
}

/** z at the length that makes the mapping's normalisation the identity. */
function normalised(z: ArrayLike<number>): number[] {
  const values = Array.from(z);
  const scale = Math.sqrt(zDim) / Math.hypot(...values);
  return values.map((value) => value * scale);
}

/** The factors of the picture that a z stands for: Φ(z·Q) of the normalised z, as factors.py has it. */
export function factorsOf(z: ArrayLike<number>, basis: FactorBasis): Factors {
  return factorsFrom(scoresOf(normalised(z), basis).map(normalCdf));
}

/** The normal score of a factor. */
const scoreOf = (factor: number): number =>
  normalScore(Math.min(1 - margin, Math.max(margin, factor)));

/** The z that has these scores, and the direction of `other` in what the factors do not see. */
function withScores(
  wanted: readonly number[],
  basis: FactorBasis,
  other: ArrayLike<number>,
): Float32Array {
  const squared = wanted.reduce((sum, u) => sum + u * u, 0);
  const shrink = Math.min(1, Math.sqrt(roomForFactors / squared));
  const seenOfOther = spread(scoresOf(other, basis), basis);
  const rest = Array.from(other, (value, i) => value - seenOfOther[i]);
  const restScale = Math.sqrt(zDim - Math.min(squared, roomForFactors)) / Math.hypot(...rest);
  const seen = spread(
    wanted.map((u) => u * shrink),
    basis,
  );
  return Float32Array.from(rest, (value, i) => seen[i] + value * restScale);
}

/**
 * A z whose picture has these factors: Q·u plus a seeded rest that Q does not see, of the length that
 * makes the mapping's normalisation the identity.
 */
export function latentOf(factors: Factors, basis: FactorBasis, seed: number): Float32Array {
  return withScores(factorArray(factors).map(scoreOf), basis, normalNumbers(seed, zDim));
}

/** The z nearest to this one whose picture has other factors: the rest keeps its direction. */
export function changedLatent(
  z: ArrayLike<number>,
  basis: FactorBasis,
  change: Partial<Factors>,
): Float32Array {
  const before = normalised(z);
  const wanted = scoresOf(before, basis).map((score, k) => {
    const to = change[factorNames[k]];
    return to === undefined ? score : scoreOf(to);
  });
  return withScores(wanted, basis, before);
}

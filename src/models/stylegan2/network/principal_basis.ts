import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Typicality } from '../../draggable.ts';
import { activationGain, slope } from './layer_call.ts';

/**
 * The distribution of a mapping network's w, in principal coordinates. They are those of v, the value before the last
 * leaky ReLU, w = √2 · lrelu(v), which is much nearer to a normal distribution than w is:
 * v = mean + Σ_k p_k · deviation_k · direction_k, where every p_k has mean 0 and variance 1 over all z. Source: Zhu et
 * al. 2020 (“Improved StyleGAN embedding”), section 3.
 */
export interface PrincipalBasis {
  /** Numbers in w. */
  readonly wDim: number;
  /** The mean of v (w_dim). */
  readonly mean: Float64Array;
  /** Orthonormal (count, w_dim), row-major, the largest deviation first. */
  readonly directions: Float64Array;
  /** The standard deviation of v along each direction. */
  readonly deviations: Float64Array;
}

/** The value before the last leaky ReLU that makes this value of w. */
export const beforeActivation = (w: number): number =>
  w / (w < 0 ? activationGain * slope : activationGain);

/**
 * @param samples w of random z (count, w_dim), row-major
 * @param most directions that are kept: z_dim, since the mapping makes a set of so many dimensions
 */
export function principalBasisOf(
  samples: Float32Array,
  wDim: number,
  most: number,
): PrincipalBasis {
  const count = samples.length / wDim;
  const values = Float64Array.from(samples, beforeActivation);
  const mean = new Float64Array(wDim);
  for (let n = 0; n < count; n++)
    for (let i = 0; i < wDim; i++) mean[i] += values[n * wDim + i] / count;
  const covariance = Array.from({ length: wDim }, () => new Float64Array(wDim));
  const row = new Float64Array(wDim);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < wDim; i++) row[i] = values[n * wDim + i] - mean[i];
    for (let i = 0; i < wDim; i++) {
      const of = covariance[i];
      const scaled = row[i] / (count - 1);
      for (let j = i; j < wDim; j++) of[j] += scaled * row[j];
    }
  }
  for (let i = 0; i < wDim; i++) for (let j = 0; j < i; j++) covariance[i][j] = covariance[j][i];
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    new Matrix(covariance.map((of) => [...of])),
    {
      assumeSymmetric: true,
    },
  );
  const order = realEigenvalues
    .map((variance, k) => ({ variance, k }))
    .sort((a, b) => b.variance - a.variance)
    // What is all but constant has no coordinate.
    .filter(({ variance }, _, [largest]) => variance > 1e-8 * largest.variance)
    .slice(0, most);
  const directions = new Float64Array(order.length * wDim);
  for (const [at, { k }] of order.entries())
    for (let i = 0; i < wDim; i++) directions[at * wDim + i] = eigenvectorMatrix.get(i, k);
  const deviations = Float64Array.from(order, ({ variance }) => Math.sqrt(variance));
  return { wDim, mean, directions, deviations };
}

/**
 * How likely a w is among those that the mapping network makes: P_N, and the share of |v − mean|² along no direction.
 * @param w a row of ws (w_dim)
 */
export function typicality(
  { wDim, mean, directions, deviations }: PrincipalBasis,
  w: ArrayLike<number>,
): Typicality {
  const v = Float64Array.from(mean, (middle, i) => beforeActivation(w[i]) - middle);
  let squares = 0;
  let inside = 0;
  for (const [k, deviation] of deviations.entries()) {
    let along = 0;
    for (let i = 0; i < wDim; i++) along += v[i] * directions[k * wDim + i];
    inside += along ** 2;
    squares += (along / deviation) ** 2;
  }
  const whole = v.reduce((sum, value) => sum + value ** 2, 0);
  return {
    pn: squares / deviations.length,
    outside: whole === 0 ? 0 : Math.max(0, 1 - inside / whole),
  };
}

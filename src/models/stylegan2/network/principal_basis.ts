import type { Typicality } from '../../draggable.ts';
import { activationGain, slope } from './layer_call.ts';
import { type PrincipalAxes, principalAxes } from './principal_axes.ts';

/**
 * The distribution of a mapping network's w, in principal coordinates. They are those of v, the value before the last
 * leaky ReLU, w = √2 · lrelu(v), which is much nearer to a normal distribution than w is:
 * v = mean + Σ_k p_k · deviation_k · direction_k, where every p_k has mean 0 and variance 1 over all z. Source: Zhu et
 * al. 2020 (“Improved StyleGAN embedding”), section 3.
 */
export interface PrincipalBasis extends PrincipalAxes {
  /** Numbers in w. */
  readonly wDim: number;
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
  return { wDim, ...principalAxes(Float64Array.from(samples, beforeActivation), wDim, most) };
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

import type { LatentOrigin } from '../../draggable.ts';
import { type ClassChoice, classWeights } from './class_weights.ts';
import type { GeneratorConfig } from './config.ts';
import { seedLatent } from './seeds.ts';

/** Where a latent comes from: NumPy's RandomState(seed), or a z (z_dim). */
export type LatentSource =
  | {
      /** A whole number from 0 to 2³² − 1. */
      readonly seed: number;
    }
  | {
      /** z_dim numbers. */
      readonly z: ArrayLike<number>;
    };

/** How a z becomes ws. */
export interface MappingOptions extends ClassChoice {
  /** Truncation: 1 leaves w as it is, 0 gives the average. */
  readonly psi?: number;
  /** How many rows of ws are truncated, from the first; all by default. */
  readonly cutoff?: number;
}

/** ψ that pictures begin with, which people are used to from the reference programs. */
export const usualPsi = 0.7;

/** What the latent of a source is made from: a drag in the space `z` moves that. */
export function latentOrigin(
  { zDim, cDim, numWs }: Pick<GeneratorConfig, 'zDim' | 'cDim' | 'numWs'>,
  source: LatentSource,
  { psi = 1, cutoff = numWs, classIndex = cDim > 0 ? 0 : undefined, classes }: MappingOptions = {},
): LatentOrigin {
  const z = Float32Array.from('seed' in source ? seedLatent(source.seed, zDim) : source.z);
  const strengths = Array.from({ length: numWs }, (_, row) => (row < cutoff ? psi : 1));
  const weights = classWeights(cDim, { classIndex, classes });
  return weights ? { z, strengths, classes: weights } : { z, strengths };
}

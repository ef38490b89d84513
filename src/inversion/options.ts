import { InputError } from '../formats/errors.ts';
import type { NoiseMaps } from './noise_maps.ts';

/** How a picture is looked for. */
export interface InversionOptions {
  /** Of both spaces together. */
  readonly steps: number;
  /** The share of the steps in W, one w for all layers, before W+ begins where W ended. 1: W alone. */
  readonly shareOfW: number;
  /** Of Adam, at its highest. */
  readonly learningRate: number;
  /** Random latents that are tried beside the average w, the best of which is the start. */
  readonly samples: number;
  /** Seed of the first of them; the others follow. */
  readonly seed: number;
  /** Weight of the mean distance of w to the average, which keeps it where the network was trained. */
  readonly regularization: number;
  /**
   * Whether the maps are looked for as well that a network with noise adds to its layers. What is found then belongs to
   * the picture as the latent does: `Inversion.noise`.
   */
  readonly noise: boolean;
  /**
   * Weight of what the maps' neighbours have in common, squared, which keeps them noise. The default is the least that
   * leaves them no more in common than white noise has (bench/README.md has the figures); the paper's 1e5 is for another loss.
   */
  readonly noiseRegularization: number;
  /** Iterations between two looks at the picture. */
  readonly interval: number;
}

export const defaultInversion: InversionOptions = {
  steps: 300,
  shareOfW: 0.15,
  learningRate: 0.2,
  samples: 500,
  seed: 0,
  regularization: 0.003,
  noise: false,
  noiseRegularization: 0.3,
  interval: 10,
};

/** @throws InputError for a value that cannot be used */
export function inversionOptions(changes: Partial<InversionOptions>): InversionOptions {
  const options = { ...defaultInversion, ...changes };
  const whole: (keyof InversionOptions)[] = ['steps', 'samples', 'seed', 'interval'];
  const { noise, ...numbers } = options;
  if (typeof noise !== 'boolean')
    throw new InputError(`${noise} is neither true nor false`, { option: 'noise' });
  for (const [option, value] of Object.entries(numbers)) {
    if (!Number.isFinite(value) || value < 0)
      throw new InputError(`${value} is no number from 0 on`, { option });
    if (whole.some((name) => name === option) && !Number.isSafeInteger(value))
      throw new InputError(`${value} is no whole number`, { option });
  }
  for (const option of ['steps', 'interval', 'learningRate'] as const)
    if (options[option] === 0) throw new InputError('must be more than 0', { option });
  if (options.shareOfW > 1) throw new InputError('at most 1', { option: 'shareOfW' });
  return options;
}

/** Part of a stage in which the rate rises, and in which it falls. Karras et al. 2020, appendix D. */
const rampUp = 0.05;
const rampDown = 0.4;

/** The learning rate at a fraction of a stage: a linear rise, and half a cosine down to 0. */
export function rateAt(fraction: number, highest: number): number {
  const down = 0.5 - 0.5 * Math.cos(Math.PI * Math.min(1, (1 - fraction) / rampDown));
  return highest * down * Math.min(1, fraction / rampUp);
}

/** How weights are tuned to a picture. */
export interface FineTuningOptions {
  /** Those planned, over which the rate rises and falls. */
  readonly steps?: number;
  /** Of Adam, for every weight, at its highest. */
  readonly learningRate?: number;
  /** Weight of the locality regulariser; 0 leaves it out. */
  readonly locality?: number;
  /** How far from the pivot towards a random w its latents lie: 0 at the pivot, 1 there. */
  readonly localityDistance?: number;
  /** The noise maps that were found with the pivot, `Inversion.noise`; the network's own without them. */
  readonly noise?: NoiseMaps;
  /** The class of the random latents of a conditional network; each in turn where none is given. */
  readonly classIndex?: number;
}

/**
 * Rate, weight and steps were chosen on the demo model (bench/README.md has the figures), the distance is about what
 * Roich et al.'s comes to in W.
 */
export const defaultFineTuning = {
  steps: 90,
  learningRate: 0.01,
  locality: 0.1,
  localityDistance: 0.3,
} as const;

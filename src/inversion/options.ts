import { fineTuningOptionTable, inversionOptionTable } from '../options/inversion_options.ts';
import { checkOptions, usualValues } from '../options/option.ts';
import type { NoiseMaps } from './noise_maps.ts';

/** How a picture is looked for. */
export interface InversionOptions {
  /** Iterations in W and W+ together. */
  readonly steps: number;
  /** The share of the steps in W, one w for all layers, before W+ begins where W ended. 1: W alone. */
  readonly shareOfW: number;
  /** Adam's learning rate at its highest. */
  readonly learningRate: number;
  /** Random latents that are tried beside the average w, the best of which is the start. */
  readonly samples: number;
  /** Seed of the first of them; the others follow. */
  readonly seed: number;
  /** Weight of the mean distance of w to the average, which keeps it where the network was trained. */
  readonly regularization: number;
  /**
   * True to look also for the noise maps that the network adds to its layers. Those that are found belong to the
   * picture as the latent does: `Inversion.noise`.
   */
  readonly noise: boolean;
  /**
   * Weight of the squared correlation of neighbours in the maps, which keeps them noise. The default is the least that
   * leaves them no more correlated than white noise is (bench/README.md has the figures); the paper's 1e5 is for
   * another loss.
   */
  readonly noiseRegularization: number;
  /** Iterations between two looks at the picture. */
  readonly interval: number;
  /** The weight of each class in the random latents of a conditional network; each class in turn where none are given. */
  readonly classes?: ArrayLike<number>;
}

/** The default options of a search. */
export const defaultInversion: InversionOptions = usualValues(inversionOptionTable);

/** @throws InputError for a value that cannot be used */
export function inversionOptions(changes: Partial<InversionOptions>): InversionOptions {
  const options = { ...defaultInversion, ...changes };
  checkOptions(inversionOptionTable, options);
  return options;
}

/** Fractions of a stage in which the learning rate rises, and in which it falls. Karras et al. 2020, appendix D. */
const rampUp = 0.05;
const rampDown = 0.4;

/** The learning rate at a fraction of a stage: a linear rise, and half a cosine down to 0. */
export function rateAt(fraction: number, highest: number): number {
  const down = 0.5 - 0.5 * Math.cos(Math.PI * Math.min(1, (1 - fraction) / rampDown));
  return highest * down * Math.min(1, fraction / rampUp);
}

/** How weights are tuned to a picture. */
export interface FineTuningOptions {
  /** Planned steps, over which the learning rate rises and falls. */
  readonly steps?: number;
  /** Adam's learning rate at its highest, the same for every weight. */
  readonly learningRate?: number;
  /** Weight of the locality regulariser; 0 leaves it out. */
  readonly locality?: number;
  /** How far from the pivot towards a random w the regulariser's latents lie: 0 at the pivot, 1 at that w. */
  readonly localityDistance?: number;
  /** The noise maps that were found with the pivot, `Inversion.noise`; the network's own without them. */
  readonly noise?: NoiseMaps;
  /** The class of the random latents of a conditional network; each in turn where none is given. */
  readonly classIndex?: number;
  /** The weights of their classes, instead. */
  readonly classes?: ArrayLike<number>;
}

/** The default options of fine-tuning. */
export const defaultFineTuning: Readonly<
  Required<Omit<FineTuningOptions, 'noise' | 'classIndex' | 'classes'>>
> = usualValues(fineTuningOptionTable);

/** Fine-tuning with every number that it needs. */
export type PlannedFineTuning = FineTuningOptions & Readonly<typeof defaultFineTuning>;

/** @throws InputError for a value that cannot be used */
export function fineTuningOptions(changes: FineTuningOptions): PlannedFineTuning {
  const options = { ...defaultFineTuning, ...changes };
  checkOptions(fineTuningOptionTable, options);
  return options;
}

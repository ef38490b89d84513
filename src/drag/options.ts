import { InputError } from '../formats/errors.ts';
import { blockResolutions, type GeneratorConfig } from '../models/stylegan2/network/config.ts';

/** What a person can choose about a drag. */
export interface DragOptions {
  learningRate: number;
  /** Radius of the patches of motion supervision, in pixels of a 512² image. */
  r1: number;
  /** Half the side of the tracking windows, in pixels of a 512² image. */
  r2: number;
  /** Weight of the mask loss. */
  lambda: number;
  /** Weight of the latent regularisation. */
  regularization: number;
  /** Whose features, counted from 0 at 4²; the network's last block where it has fewer. */
  featureBlock: number;
  /** One row of w for the first six layers, or one each. */
  space: 'w' | 'w+';
  /**
   * How near every handle has to come to its target, in pixels: of the image up to 512², of a 512² image beyond. From 1
   * on, since nearer points are not moved.
   */
  stopDistance: number;
  /**
   * Which part of the feature map the mask loss is estimated from in an iteration, in random tiles that are new each
   * time: the same loss on average, without computing the whole map. 0: it is computed whole.
   */
  maskSampling: number;
  /** Of the random tiles: the same seed gives the same drag. */
  seed: number;
  /** What an iteration computes: the cells on which the loss depends, or all. The result is the same to rounding. */
  coverage: 'cone' | 'dense';
}

/** The paper's values. Source: Pan et al. 2023, section 4; SPEC §3. */
export const paperOptions: Readonly<DragOptions> = {
  learningRate: 0.001,
  r1: 3,
  r2: 12,
  lambda: 20,
  regularization: 0,
  featureBlock: 5,
  space: 'w+',
  stopDistance: 2,
  maskSampling: 0,
  seed: 0,
  coverage: 'cone',
};

const largestSeed = 2 ** 32 - 1;

/** The side of an image for which radii are given. */
const radiusSide = 512;

/** What a model's file recommends, else the paper's values. */
export function defaultOptions({ dragDefaults }: GeneratorConfig): DragOptions {
  const { lr, r1, r2, lambda, featureBlock } = dragDefaults ?? {};
  return {
    ...paperOptions,
    learningRate: lr ?? paperOptions.learningRate,
    r1: r1 ?? paperOptions.r1,
    r2: r2 ?? paperOptions.r2,
    lambda: lambda ?? paperOptions.lambda,
    featureBlock: featureBlock ?? paperOptions.featureBlock,
  };
}

/** `options` with some of them changed. @throws InputError for a value that cannot be used */
export function changeOptions(options: DragOptions, changes: Partial<DragOptions>): DragOptions {
  const changed = { ...options, ...changes };
  const refuse = (option: keyof DragOptions, what: string): never => {
    throw new InputError(`${option} is ${changed[option]}, not ${what}`);
  };
  for (const option of ['learningRate', 'lambda', 'regularization'] as const)
    if (!(changed[option] >= 0 && changed[option] < Number.POSITIVE_INFINITY))
      refuse(option, 'a number of at least 0');
  for (const option of ['r1', 'r2'] as const)
    if (!(changed[option] >= 0 && changed[option] <= radiusSide))
      refuse(option, `a number from 0 to ${radiusSide}`);
  if (!(changed.stopDistance >= 1 && changed.stopDistance <= radiusSide))
    refuse('stopDistance', `a number from 1 to ${radiusSide}`);
  if (!Number.isInteger(changed.featureBlock) || changed.featureBlock < 0)
    refuse('featureBlock', 'a whole number of at least 0');
  if (!(changed.maskSampling >= 0 && changed.maskSampling <= 1))
    refuse('maskSampling', 'a number from 0 to 1');
  if (!Number.isInteger(changed.seed) || changed.seed < 0 || changed.seed > largestSeed)
    refuse('seed', `a whole number from 0 to ${largestSeed}`);
  if (changed.space !== 'w' && changed.space !== 'w+') refuse('space', 'w or w+');
  return changed;
}

/** The resolution of the feature block. */
export function featureResolution({ resolution }: GeneratorConfig, block: number): number {
  const resolutions = blockResolutions(resolution);
  return resolutions[Math.min(block, resolutions.length - 1)];
}

/** A radius in pixels of the image. A half goes to the even neighbour, as in the reference. SPEC §3. */
export function imageRadius(radius: number, side: number): number {
  const exact = (radius * side) / radiusSide;
  const whole = Math.round(exact);
  return whole - exact === 0.5 && whole % 2 === 1 ? whole - 1 : whole;
}

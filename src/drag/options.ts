import type { Draggable } from '../models/draggable.ts';
import { dragOptionTable, referenceSide } from '../options/drag_options.ts';
import { checkOptions, usualValues } from '../options/option.ts';

/** The options of a drag that a person can choose. `dragOptionTable` has labels, bounds and usual values. */
export interface DragOptions {
  /** Adam's step size for w, 0 or more. */
  learningRate: number;
  /** Radius of the patches of motion supervision, in pixels of a 512² image. */
  r1: number;
  /** Half the side of the tracking windows, in pixels of a 512² image. */
  r2: number;
  /** Weight of the mask loss. */
  lambda: number;
  /** Weight of the latent regularisation. */
  regularization: number;
  /** The block whose features are dragged, counted from 0 at 4²; the last one in a network with fewer blocks. */
  featureBlock: number;
  /**
   * What is moved: one row of w for the first six layers (`w`), one each (`w+`), the z that they follow (`z`), or
   * principal coordinates of w, one for all of them (`principal`), which `z` is too where the picture's z is unknown.
   */
  space: 'w' | 'w+' | 'z' | 'principal';
  /**
   * How near every handle has to come to its target, in pixels: of the image up to 512², of a 512² image beyond. From 1
   * on, since nearer points are not moved.
   */
  stopDistance: number;
  /**
   * The fraction of the feature map from which an iteration estimates the mask loss, in random tiles that are new each
   * time: the same loss on average, without computing the whole map. 0: it is computed whole.
   */
  maskSampling: number;
  /** Seed of the random tiles: the same seed gives the same drag. */
  seed: number;
  /** Which cells an iteration computes: those on which the loss depends, or all. The result is the same to rounding. */
  coverage: 'cone' | 'dense';
}

const { steps: _, ...usual } = usualValues(dragOptionTable);

/** The paper's values. Source: Pan et al. 2023, section 4; SPEC §3. */
export const paperOptions: Readonly<DragOptions> = usual;

/** The options that a model's file recommends, else the paper's values. */
export function defaultOptions({ dragDefaults }: Pick<Draggable, 'dragDefaults'>): DragOptions {
  const { steps: _, ...recommended } = dragDefaults ?? {};
  return { ...paperOptions, ...recommended };
}

/** `options` with some of them changed. @throws InputError for a value that cannot be used */
export function changeOptions<Options extends DragOptions>(
  options: Options,
  changes: Partial<Options>,
): Options {
  const changed = { ...options, ...changes };
  checkOptions(dragOptionTable, changed);
  return changed;
}

/** A radius in pixels of an image of this side. A half goes to the even neighbour, as in the reference. SPEC §3. */
export function imageRadius(radius: number, side: number): number {
  const exact = (radius * side) / referenceSide;
  const whole = Math.round(exact);
  return whole - exact === 0.5 && whole % 2 === 1 ? whole - 1 : whole;
}

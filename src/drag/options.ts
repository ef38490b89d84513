import { InputError } from '../formats/errors.ts';
import type { Draggable } from '../models/draggable.ts';
import { dragOptionTable, referenceSide } from '../options/drag_options.ts';
import { impliedMethod, type MethodName, methodNames, methodTable } from '../options/methods.ts';
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
  /**
   * How the masked part is held: by the mask loss (`loss`), or by drawing it with the features of the latent at which the
   * mask was set (`features`); then there is no mask loss.
   */
  keeping: 'features' | 'loss';
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
   * P_N, the distance from what the network's own prior makes, beyond which a drag does not go: it ends as `farthest`. A
   * latent that is beyond it at first may go half as far again. 0: anywhere.
   */
  farthest: number;
  /** Iterations in a row without coming half a pixel nearer after which a run ends as `stalled`. 0: it goes on. */
  patience: number;
  /**
   * Random projections of the features that a drag in `z` or `principal` with a mask begins with, to find the directions
   * that change the masked part least. 0: none.
   */
  changeProbes: number;
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

/** Options that are given, and a method that has values for others. */
export interface GivenOptions extends Partial<DragOptions> {
  /** By default the one that the given space implies, else the one that was measured for the model. */
  readonly method?: MethodName;
}

/**
 * All options: those that are given, else the method's, else those that the model's file recommends, else the paper's
 * values.
 * @throws InputError for a value that cannot be used
 */
export function startingOptions(
  { dragDefaults }: Pick<Draggable, 'dragDefaults'>,
  { method, ...given }: GivenOptions = {},
): DragOptions {
  const { steps: _, method: __, ...recommended } = dragDefaults ?? {};
  const implied = method ?? impliedMethod(given.space, dragDefaults);
  if (!(implied in methodTable))
    throw new InputError(`${implied} is none of ${methodNames.join(', ')}`, { option: 'method' });
  const usual = { ...paperOptions, ...recommended, ...methodTable[implied].options };
  return changeOptions<DragOptions>(usual, given);
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

/**
 * The P_N at which a drag ends.
 * @param start P_N of the latent where the edit began, which may be half as far again
 * @param farthest the option, more than 0
 */
export const farthestFrom = (start: number, farthest: number): number =>
  Math.max(farthest, 1.5 * start);

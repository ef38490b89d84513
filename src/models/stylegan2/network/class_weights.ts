import { InputError } from '../../../formats/errors.ts';

/** Which classes a conditional network is asked for. */
export interface ClassChoice {
  /** One class, from 0. */
  readonly classIndex?: number;
  /** The weight of each class, instead: c itself, with several labels or none. */
  readonly classes?: ArrayLike<number>;
}

/**
 * The weight of each class (c_dim), as the network takes them; undefined where it has no classes.
 * @throws InputError for a class that there is not, or weights that do not fit
 */
export function classWeights(
  count: number,
  { classIndex: index, classes }: ClassChoice,
): Float32Array | undefined {
  const refuse = (why: string, option = 'class'): never => {
    throw new InputError(why, { option });
  };
  if (count === 0) {
    if (index !== undefined || classes) refuse('the model has no classes');
    return undefined;
  }
  if (classes) {
    const option = 'class-weights';
    if (classes.length !== count)
      refuse(`${classes.length} weights of classes, the model has ${count} classes`, option);
    const weights = Float32Array.from(classes);
    if (!weights.every(Number.isFinite)) refuse('a weight of a class is not finite', option);
    return weights;
  }
  if (index === undefined || !Number.isInteger(index) || index < 0 || index >= count)
    return refuse(`the model has classes 0 to ${count - 1}; choose one`);
  const weights = new Float32Array(count);
  weights[index] = 1;
  return weights;
}

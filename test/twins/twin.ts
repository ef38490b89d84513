/** A logical tensor (N,C,H,W as in the files) in f64. */
export class Tensor {
  readonly #strides: readonly number[];

  constructor(
    readonly shape: readonly number[],
    readonly values: Float64Array,
  ) {
    const length = shape.reduce((a, b) => a * b, 1);
    if (values.length !== length)
      throw new RangeError(`${values.length} values for a tensor of shape [${shape.join(', ')}]`);
    this.#strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  }

  /** @throws RangeError outside the tensor. */
  at(...index: number[]): number {
    return this.#find(index) ?? this.#refuse(index);
  }

  /** Zero outside the tensor: a map as its convolutions see it. */
  atOrZero(...index: number[]): number {
    return this.#find(index) ?? 0;
  }

  /** The element, or undefined outside. @throws RangeError for another number of axes than the tensor has. */
  #find(index: readonly number[]): number | undefined {
    if (index.length !== this.shape.length) this.#refuse(index);
    let offset = 0;
    for (let axis = 0; axis < index.length; axis++) {
      const i = index[axis];
      if (!(i >= 0 && i < this.shape[axis])) return undefined;
      offset += i * this.#strides[axis];
    }
    return this.values[offset] ?? this.#refuse(index);
  }

  #refuse(index: readonly number[]): never {
    throw new RangeError(`no element [${index.join(', ')}] in [${this.shape.join(', ')}]`);
  }
}

/** A tensor whose element at `index` is `value(...index)`. */
export function tensor(shape: readonly number[], value: (...index: number[]) => number): Tensor {
  const values = new Float64Array(shape.reduce((a, b) => a * b, 1));
  const index = shape.map(() => 0);
  for (let i = 0; i < values.length; i++) {
    values[i] = value(...index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]++;
      if (index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return new Tensor(shape, values);
}

/** Σ of `term(i)` for i from 0 to count − 1. */
export function sum(count: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
}

/** What a twin gives for elements that an operation leaves as they are. */
export const untouched = Number.NaN;

export const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);

/**
 * An operation in f64, straight from its formula: its inputs by their names in the table, and its sizes and
 * parameters by their names in `struct Params`; gives its outputs by name. Forward only: gradients are taken by
 * finite differences of it, so that no error is made twice.
 */
export type Twin = (tensors: Tensors, numbers: Readonly<Record<string, number>>) => Tensors;

/** Tensors by their names. */
export type Tensors = Readonly<Record<string, Tensor>>;

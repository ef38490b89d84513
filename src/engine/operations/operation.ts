import { deviceLength, type Layout, type Precision, storedLayout } from '../memory/layouts.ts';

/** The sizes of a call, by the names that shaders and tensors use: `samples`, `inputs`, `height`, … */
export type Sizes = Readonly<Record<string, number>>;

/** A tensor of an operation: its layout, and the length of each logical axis (`height`, `2*height+1`, `3`). */
export interface TensorSpec {
  readonly layout: Layout;
  readonly axes: readonly string[];
}

/** One entry point of a shader. */
export interface EntryPoint {
  /** The tensors that it stores; all others that it binds are read. */
  readonly writes: readonly string[];
  /** The map whose cells it covers by a list; its counts then get `listed`, the number of cells in the list. */
  readonly over?: string;
  /** True if it also sets the ring around the listed cells to zero; `listed` then counts the ring as well. */
  readonly ring?: true;
  /** True if `flops` counts a convolution's multiply-adds. By default true for operations that read such weights. */
  readonly multiplies?: boolean;
  /** Number of workgroups. */
  readonly workgroups: (sizes: Sizes) => number;
  /** Floating-point operations (a multiply-add is two), as dispatched; `computed` is `listed` without the ring. */
  readonly flops: (sizes: Sizes) => number;
}

/** A row of the table: everything about one operation. Bindings and parameters are read off its shader. */
export interface Operation {
  readonly shader: string;
  readonly tensors: Readonly<Record<string, TensorSpec>>;
  /** Tensors that its forward entry points produce; the others come in. */
  readonly outputs: readonly string[];
  /** True for a scalar loss: its backward pass needs no gradient to start from. */
  readonly loss?: true;
  readonly forward: Readonly<Record<string, EntryPoint>>;
  readonly backward: Readonly<Record<string, EntryPoint>>;
}

/**
 * The length of a tensor's axis as a number, from its text: `7`, `height`, `2*height+1`, `height/2`, `2*radius+2`.
 * @throws RangeError where a size is missing or the result is not a positive whole number.
 */
export function axisLength(axis: string, sizes: Sizes): number {
  const match = /^(?:(\d+)\*)?([a-z_]+|\d+)(?:\/(\d+))?(?:\+(\d+))?$/.exec(axis);
  if (!match) throw new RangeError(`axis ${axis} is not understood`);
  const [, factor = '1', name, divisor = '1', plus = '0'] = match;
  const size = /^\d/.test(name) ? Number(name) : sizes[name];
  if (size === undefined) throw new RangeError(`size ${name} of axis ${axis} is not given`);
  const length = (Number(factor) * size) / Number(divisor) + Number(plus);
  if (!Number.isInteger(length) || length < 1)
    throw new RangeError(`axis ${axis} is ${length} for ${name} = ${size}`);
  return length;
}

/** The logical shape of a tensor for given sizes. */
export const tensorShape = (spec: TensorSpec, sizes: Sizes): number[] =>
  spec.axes.map((axis) => axisLength(axis, sizes));

/** Bytes of a tensor on the device. */
export const tensorBytes = (spec: TensorSpec, sizes: Sizes, precision: Precision): number =>
  4 * deviceLength(storedLayout(spec.layout, precision), tensorShape(spec, sizes));

/** What a variable of an operation's shader is: a tensor of the operation, or the gradient of one. */
export interface ShaderTensor {
  /** The tensor's name in the operation's table. */
  readonly own: string;
  readonly spec: TensorSpec;
  readonly gradient: boolean;
}

/** @returns undefined for a variable that is no tensor's, as a list of cells is not */
export function tensorOf({ tensors }: Operation, variable: string): ShaderTensor | undefined {
  if (variable in tensors) return { own: variable, spec: tensors[variable], gradient: false };
  const own = Object.keys(tensors).find((name) => variable === `d_${name}`);
  return own === undefined ? undefined : { own, spec: tensors[own], gradient: true };
}

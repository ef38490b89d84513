/** Bytes of an element of each type in a file; the names are those of safetensors. */
export const bytesPerElement = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const;

/** An element type, by its name in safetensors. */
export type Dtype = keyof typeof bytesPerElement;

/** A tensor in a file. Its length was checked; its values are decoded when they are asked for. */
export interface NamedTensor {
  /** Its sizes, outermost first; none for a scalar. */
  readonly shape: readonly number[];
  /** The type of the elements in the file. */
  readonly dtype: Dtype;
  /**
   * The elements in row-major order, decoded anew at each call, so the caller owns the array. Integers beyond 2^24 and
   * f64 are rounded to f32.
   */
  data(): Float32Array;
}

/** The contents of a file of tensors, whatever its format. */
export interface TensorFile {
  /** The tensors, by their names in the file. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** The file's own notes, by key. The object has no prototype: a key that the file lacks is undefined. */
  readonly metadata: Readonly<Record<string, string | undefined>>;
  /** The format's name, e.g. `safetensors`. */
  readonly format: string;
  /** What a person should know of how it was read, a line each. */
  readonly notes?: readonly string[];
  /** The file's name as the person gave it, for messages. */
  readonly file?: string;
}

/** The product of a shape's sizes; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

/** A shape as messages show it, e.g. `[512, 512, 3, 3]`. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

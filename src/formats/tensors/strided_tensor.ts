import { type FileLocation, FormatError } from '../errors.ts';
import { decodeElements, elementReader } from './element_decoding.ts';
import {
  bytesPerElement,
  type Dtype,
  elementCount,
  type NamedTensor,
  showShape,
} from './named_tensors.ts';

const highestRank = 8;

/** A run of elements in a file, of which tensors are views. */
export interface Storage {
  /** A view of the file's bytes; a remainder shorter than an element is ignored. */
  readonly bytes: Uint8Array;
  readonly dtype: Dtype;
  readonly littleEndian: boolean;
}

/** The elements of a storage that a tensor has; offset and strides are counted in elements. */
export interface StridedView {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** A number that is added to every element. */
  readonly shift?: number;
}

/**
 * A tensor that is a view of a storage, in any order of axes: nothing is copied or decoded before `data()`. Permuting,
 * flipping and indexing give further views of the same bytes.
 */
export class StridedTensor implements NamedTensor {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** A field and not a method, so that it works when it is destructured from the tensor. */
  readonly data: () => Float32Array;

  private constructor(
    readonly storage: Storage,
    readonly view: StridedView,
  ) {
    this.shape = view.shape;
    this.dtype = storage.dtype;
    this.data = () => decodeView(storage, view);
  }

  /**
   * Checks that every element of the view lies in the storage, and that it has no more elements than the storage: a
   * stride of 0 could make a file of a few bytes fill the memory.
   * @param location the tensor's, for messages
   * @throws FormatError
   */
  static create(storage: Storage, view: StridedView, location: FileLocation = {}): StridedTensor {
    const { offset, shape, strides } = view;
    const available = Math.floor(storage.bytes.length / bytesPerElement[storage.dtype]);
    if (shape.length > highestRank || shape.length !== strides.length) {
      throw new FormatError(
        `${shape.length} sizes and ${strides.length} strides; as many of each are needed, at most ${highestRank}`,
        location,
      );
    }
    const whole = [offset, ...shape, ...strides].every((x) => Number.isSafeInteger(x) && x >= 0);
    if (!whole) {
      throw new FormatError(
        `shape ${showShape(shape)}, strides ${showShape(strides)}, offset ${offset} are not whole numbers from 0`,
        location,
      );
    }
    const count = elementCount(shape);
    const last = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), offset);
    if (count > available || (count > 0 && last >= available)) {
      throw new FormatError(
        `shape ${showShape(shape)} with strides ${showShape(strides)} from element ${offset} does not fit its storage of ${available} elements`,
        location,
      );
    }
    return new StridedTensor(storage, { ...view, shape: [...shape], strides: [...strides] });
  }

  /** Makes a tensor without a check, from a storage and a view that were checked before a worker sent them. */
  static restore(storage: Storage, view: StridedView): StridedTensor {
    return new StridedTensor(storage, view);
  }

  /** The tensor with its axes in another order. */
  permute(...axes: readonly number[]): StridedTensor {
    const { shape, strides } = this.view;
    return this.#with({
      shape: axes.map((axis) => shape[axis] ?? 1),
      strides: axes.map((axis) => strides[axis] ?? 0),
    });
  }

  /** The tensor reversed along these axes. */
  flip(...axes: readonly number[]): StridedTensor {
    const { shape } = this.view;
    const strides = [...this.view.strides];
    let { offset } = this.view;
    for (const axis of axes) {
      const stride = strides[axis] ?? 0;
      offset += Math.max(0, (shape[axis] ?? 1) - 1) * stride;
      strides[axis] = -stride;
    }
    return this.#with({ offset, strides });
  }

  /** The tensor without those of these axes that have length 1. */
  withoutAxes(...axes: readonly number[]): StridedTensor {
    const { shape, strides } = this.view;
    const stays = (_: unknown, axis: number) => shape[axis] !== 1 || !axes.includes(axis);
    return this.#with({ shape: shape.filter(stays), strides: strides.filter(stays) });
  }

  /** The first entry of the outermost axis, without that axis; undefined where the axis has length 0. */
  first(): StridedTensor | undefined {
    const { shape, strides } = this.view;
    if (!shape[0]) return undefined;
    return this.#with({ shape: shape.slice(1), strides: strides.slice(1) });
  }

  /** The tensor with a number added to every element. */
  plus(shift: number): StridedTensor {
    return this.#with({ shift: (this.view.shift ?? 0) + shift });
  }

  #with(changes: Partial<StridedView>): StridedTensor {
    return new StridedTensor(this.storage, { ...this.view, ...changes });
  }
}

/** The elements in row-major order. */
function decodeView({ bytes, dtype, littleEndian }: Storage, view: StridedView): Float32Array {
  const { offset, shape, strides, shift = 0 } = view;
  const width = bytesPerElement[dtype];
  const count = elementCount(shape);
  let values: Float32Array;
  if (littleEndian && inOnePiece(shape, strides)) {
    const copy = new Uint8Array(bytes.subarray(offset * width, (offset + count) * width));
    values = decodeElements(copy, dtype);
  } else {
    const access = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    values = new Float32Array(count);
    gather(values, view, elementReader(access, dtype, littleEndian), width);
  }
  if (shift !== 0) for (let i = 0; i < count; i++) values[i] = (values[i] ?? 0) + shift;
  return values;
}

/** Row-major strides of a shape. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] ?? 1;
  }
  return strides;
}

function inOnePiece(shape: readonly number[], strides: readonly number[]): boolean {
  const wanted = rowMajorStrides(shape);
  return shape.every((size, axis) => size <= 1 || strides[axis] === wanted[axis]);
}

/** Fills `values` in row-major order: a counter over the axes but the last, and a loop over the last. */
function gather(
  values: Float32Array,
  { offset, shape, strides }: StridedView,
  read: (byte: number) => number,
  width: number,
): void {
  const rank = shape.length;
  const length = shape[rank - 1] ?? 1;
  const step = (strides[rank - 1] ?? 0) * width;
  const counter = new Array<number>(rank).fill(0);
  let row = offset * width;
  for (let at = 0; at < values.length; ) {
    for (let i = 0, byte = row; i < length; i++, byte += step) values[at++] = read(byte);
    for (let axis = rank - 2; axis >= 0; axis--) {
      const stride = (strides[axis] ?? 0) * width;
      const next = (counter[axis] ?? 0) + 1;
      if (next < (shape[axis] ?? 1)) {
        counter[axis] = next;
        row += stride;
        break;
      }
      row -= (next - 1) * stride;
      counter[axis] = 0;
    }
  }
}

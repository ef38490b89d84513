import { rowMajorStrides, StridedTensor } from '../tensors/strided_tensor.ts';
import { itemsOf, type PickleValue } from './pickle_values.ts';

/** The most numbers of a list: a list of lists may name one of them many times. */
const mostNumbers = 2 ** 22;
const highestRank = 8;

/**
 * Reads a list of numbers, or lists in lists that are as long as their neighbours, as a tensor.
 * @returns undefined for anything else, and for more than 4 million numbers
 */
export function numberList(value: PickleValue | undefined): StridedTensor | undefined {
  const shape: number[] = [];
  for (let inner = itemsOf(value); inner; inner = itemsOf(inner[0])) {
    shape.push(inner.length);
    if (inner.length === 0 || shape.length > highestRank) return undefined;
  }
  const count = shape.reduce((product, size) => product * size, 1);
  if (shape.length === 0 || count > mostNumbers) return undefined;
  const values = new Float32Array(count);
  let at = 0;
  const fill = (list: PickleValue | undefined, depth: number): boolean => {
    if (depth === shape.length) {
      if (typeof list !== 'number') return false;
      values[at++] = list;
      return true;
    }
    const items = itemsOf(list);
    return items?.length === shape[depth] && items.every((item) => fill(item, depth + 1));
  };
  if (!fill(value, 0)) return undefined;
  const bytes = new Uint8Array(values.buffer);
  return StridedTensor.create(
    { bytes, dtype: 'F32', littleEndian: true },
    { offset: 0, shape, strides: rowMajorStrides(shape) },
  );
}

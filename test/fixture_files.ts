import { readFileSync } from 'node:fs';
import type { TensorFile } from '../src/formats/named_tensors.ts';
import { parseSafetensors } from '../src/formats/safetensors.ts';

/** A golden file of `test/fixtures`. */
export interface Fixture {
  readonly file: TensorFile;
  /** A tensor's values. */
  values(name: string): Float32Array;
  shape(name: string): readonly number[];
  has(name: string): boolean;
}

export function readFixture(name: string): Fixture {
  const path = new URL(`fixtures/${name}.safetensors`, import.meta.url);
  const file = parseSafetensors(readFileSync(path), `${name}.safetensors`);
  const get = (tensor: string) => {
    const found = file.tensors.get(tensor);
    if (!found) throw new RangeError(`${name}.safetensors has no tensor ${tensor}`);
    return found;
  };
  return {
    file,
    values: (tensor) => get(tensor).data(),
    shape: (tensor) => get(tensor).shape,
    has: (tensor) => file.tensors.has(tensor),
  };
}

/**
 * The largest difference over the largest expected value (SPEC.md §7); infinite where lengths differ or a NaN stands.
 */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(actual[i] - expected[i]);
    if (Number.isNaN(distance)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, distance);
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return difference / largest;
}

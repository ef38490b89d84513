import { readFileSync } from 'node:fs';
import { parseSafetensors } from '../../src/formats/safetensors.ts';
import type { TensorFile } from '../../src/formats/tensors/named_tensors.ts';

/** A golden file of `test/fixtures`. */
export interface Fixture {
  readonly file: TensorFile;
  /** A tensor's values. */
  values(name: string): Float32Array;
  shape(name: string): readonly number[];
  has(name: string): boolean;
}

export function readFixture(name: string): Fixture {
  const path = new URL(`../fixtures/${name}.safetensors`, import.meta.url);
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

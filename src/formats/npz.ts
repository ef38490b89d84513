import type { FilePart } from './byte_cursor.ts';
import type { NamedTensor } from './named_tensors.ts';
import { parseNpy, writeNpy } from './npy.ts';
import { readZipDirectory, zipEntryPart } from './zip.ts';
import { writeZip } from './zip_writing.ts';

const ending = '.npy';

/**
 * Reads the arrays that NumPy's `savez` stored, by their names.
 * @param part the whole file, a zip file
 * @returns undefined for a zip file without an entry `*.npy`
 * @throws FormatError for an array that is compressed (`savez_compressed`), broken, or not one of numbers
 */
export function parseNpz(part: FilePart): Map<string, NamedTensor> | undefined {
  const entries = [...readZipDirectory(part).values()].filter(({ name }) => name.endsWith(ending));
  if (entries.length === 0) return undefined;
  const arrays = new Map<string, NamedTensor>();
  for (const entry of entries) {
    const name = entry.name.slice(0, -ending.length);
    arrays.set(name, parseNpy(zipEntryPart(part, entry), name));
  }
  return arrays;
}

/** Writes one array as NumPy's `savez` does, in f32. @throws RangeError as `writeNpy` */
export function writeNpz(
  name: string,
  shape: readonly number[],
  data: Float32Array,
): Uint8Array<ArrayBuffer> {
  return writeZip(new Map([[`${name}${ending}`, writeNpy(shape, data)]]));
}

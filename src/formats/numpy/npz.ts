import { zipSync } from 'fflate';
import type { FilePart } from '../byte_cursor.ts';
import type { NamedTensor } from '../tensors/named_tensors.ts';
import { readZipDirectory, type ZipEntry, zipEntryPart } from '../zip/zip.ts';
import { inflatedPart } from '../zip/zip_inflation.ts';
import { parseNpy, writeNpy } from './npy.ts';

const ending = '.npy';
/** The most bytes that the compressed arrays of a file may have together, once inflated. */
const mostInflated = 2 ** 26;
/** The earliest date in a zip file, in local time, as zip files have it. */
const firstDay = new Date(1980, 0, 1);

/** True if a zip file has an entry `*.npy`. @throws FormatError where it is broken */
export const isNpz = (part: FilePart): boolean => arrayEntries(part).length > 0;

/**
 * Reads the arrays that NumPy's `savez` or `savez_compressed` stored, by their names.
 * @param part the whole file, a zip file
 * @returns undefined for a zip file without an entry `*.npy`
 * @throws FormatError for an array that is broken or does not hold numbers, or compressed arrays of more than 64 MiB
 */
export function parseNpz(part: FilePart): Map<string, NamedTensor> | undefined {
  const entries = arrayEntries(part);
  if (entries.length === 0) return undefined;
  const arrays = new Map<string, NamedTensor>();
  let left = mostInflated;
  for (const entry of entries) {
    const name = entry.name.slice(0, -ending.length);
    const array = entry.deflated ? inflatedPart(part, entry, left) : zipEntryPart(part, entry);
    if (entry.deflated) left -= array.bytes.length;
    arrays.set(name, parseNpy(array, name));
  }
  return arrays;
}

/** Writes one array as NumPy's `savez` does, in f32. @throws RangeError as `writeNpy` */
export function writeNpz(
  name: string,
  shape: readonly number[],
  data: Float32Array,
): Uint8Array<ArrayBuffer> {
  // Uncompressed, with the first date that the format knows: the same input gives the same bytes.
  return zipSync({ [`${name}${ending}`]: writeNpy(shape, data) }, { level: 0, mtime: firstDay });
}

const arrayEntries = (part: FilePart): ZipEntry[] =>
  [...readZipDirectory(part).values()].filter(({ name }) => name.endsWith(ending));

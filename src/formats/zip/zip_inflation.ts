import { inflateSync } from 'fflate';
import type { FilePart } from '../byte_cursor.ts';
import { FormatError } from '../errors.ts';
import { crc32 } from './crc32.ts';
import { storedPart, type ZipEntry } from './zip.ts';

/**
 * Inflates an entry that deflate compressed. Later messages about these bytes count offsets from the entry's start.
 * @param most the most bytes that it may have once inflated: a kilobyte can inflate to a megabyte
 * @throws FormatError where it is declared longer than that, differs from what is declared, or does not inflate
 */
export function inflatedPart(part: FilePart, entry: ZipEntry, most: number): FilePart {
  const { bytes: deflated, origin } = storedPart(part, entry);
  const name = entry.name.slice(0, 80);
  const refuse = (why: string): never => {
    throw new FormatError(`zip entry ${name}: ${why}`, { file: part.file, offset: origin });
  };
  if (entry.length > most)
    refuse(`${entry.length} bytes when it is inflated, of which ${most} are read`);
  const bytes = inflate(deflated, entry.length) ?? refuse('is broken, or has another length');
  if (crc32(bytes) !== entry.checksum) refuse('its checksum is another');
  return { bytes, origin: 0, file: part.file === undefined ? name : `${part.file}: ${name}` };
}

/**
 * The most bytes that a file of this length may inflate to: deflate reaches a thousand times as much, models hardly twice.
 */
export const mostInflated = (length: number): number => 32 * length + 2 ** 20;

/** @returns undefined where the bytes do not inflate to exactly that length */
export function inflate(deflated: Uint8Array, length: number): Uint8Array | undefined {
  try {
    // The library cuts off what does not fit; room for one more byte shows whether there was more.
    const bytes = inflateSync(deflated, { out: new Uint8Array(length + 1) });
    return bytes.length === length ? bytes : undefined;
  } catch {
    return undefined;
  }
}

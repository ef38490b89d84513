import { inflateSync } from 'fflate';
import type { FilePart } from '../byte_cursor.ts';
import { FormatError } from '../errors.ts';
import { crc32 } from './crc32.ts';
import { storedPart, type ZipEntry } from './zip.ts';

/**
 * The bytes of an entry that deflate compressed. Offsets in messages of what reads them are of the entry.
 * @param most bytes that it may have: a file of a kilobyte can say, and be, a megabyte
 * @throws FormatError where it says that it has more, has not what it says, or does not inflate
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

/** @returns undefined where the bytes do not inflate to so many */
function inflate(deflated: Uint8Array, length: number): Uint8Array | undefined {
  try {
    // The library leaves off what does not fit; a byte more shows that there was more.
    const bytes = inflateSync(deflated, { out: new Uint8Array(length + 1) });
    return bytes.length === length ? bytes : undefined;
  } catch {
    return undefined;
  }
}

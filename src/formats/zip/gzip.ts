import { ByteCursor, type FilePart } from '../byte_cursor.ts';
import { crc32 } from './crc32.ts';
import { inflate, mostInflated } from './zip_inflation.ts';

const longestName = 2 ** 16;

/** True if the bytes begin as what gzip wrote. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * The file that gzip compressed. Later messages about it count offsets from its own start. Source: RFC 1952.
 * @throws FormatError where it is broken, holds several files, or inflates to more than 32 times its length
 */
export function gunzip(part: FilePart): FilePart {
  const { bytes, file } = part;
  const cursor = new ByteCursor(part, 2);
  if (cursor.u8() !== 8) throw cursor.error('a gzip file of an unknown method');
  const flags = cursor.u8();
  cursor.take(6);
  if (flags & 4) cursor.take(cursor.u16());
  // The name and a comment, each up to a 0.
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue;
    const length = bytes.subarray(cursor.position, cursor.position + longestName).indexOf(0);
    if (length < 0) throw cursor.error('a gzip file whose name has no end');
    cursor.take(length + 1);
  }
  if (flags & 2) cursor.take(2);
  const deflated = cursor.take(Math.max(0, cursor.left - 8));
  const checksum = cursor.u32();
  const length = cursor.u32();
  const most = mostInflated(bytes.length);
  if (length > most)
    throw cursor.error(`gzip: ${length} bytes when it is inflated, of which ${most} are read`);
  const inflated = inflate(deflated, length);
  if (!inflated) throw cursor.error('gzip: broken, or of several files', part.origin);
  if (crc32(inflated) !== checksum) throw cursor.error('gzip: its checksum is another');
  return { bytes: inflated, origin: 0, file };
}

import { crc32 } from './crc32.ts';

/** PKWARE's APPNOTE.TXT, 4.3: the signatures of the three kinds of record that a simple archive has. */
const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endOfDirectory = 0x06054b50;
/** Reading it takes version 2.0 of the format. */
const version = 20;
/** The 1st of January 1980, the first day that the format knows: the same input gives the same bytes. */
const date = 0x21;

/**
 * Writes a zip file whose entries are stored as they are.
 * @param entries by their names, of ASCII; together less than 4 GiB
 */
export function writeZip(entries: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let length = 0;
  for (const [entry, bytes] of entries) {
    const name = new TextEncoder().encode(entry);
    // What both headers say: version, flags, method, time, date, checksum, the two lengths, those of name and extras.
    const common = fields([
      [2, version],
      [2, 0],
      [2, 0],
      [2, 0],
      [2, date],
      [4, crc32(bytes)],
      [4, bytes.length],
      [4, bytes.length],
      [2, name.length],
      [2, 0],
    ]);
    // Of the comment, the disk, and the attributes inside and outside there is nothing to say.
    const place = fields([
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, length],
    ]);
    const header = fields([
      [4, centralHeader],
      [2, version],
    ]);
    directory.push(header, common, place, name);
    parts.push(fields([[4, localHeader]]), common, name, bytes);
    length += 4 + common.length + name.length + bytes.length;
  }
  const index = joined(directory);
  const end = fields([
    [4, endOfDirectory],
    [2, 0],
    [2, 0],
    [2, entries.size],
    [2, entries.size],
    [4, index.length],
    [4, length],
    [2, 0],
  ]);
  return joined([...parts, index, end]);
}

/** Little-endian numbers, each given with its width in bytes. */
function fields(numbers: readonly (readonly [width: 2 | 4, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(numbers.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of numbers) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

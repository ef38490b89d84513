import { ByteCursor, type FilePart } from '../byte_cursor.ts';
import { FormatError } from '../errors.ts';

const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endOfDirectory = 0x06054b50;
const endOfDirectory64 = 0x06064b50;
const locator64 = 0x07064b50;
/** The number of the usual compression method. */
const deflate = 8;
/** Stands in place of a number that is in the ZIP64 field. */
const elsewhere = 0xffffffff;
/** Bytes of the record at the end, with the longest comment after it. */
const longestEnd = 22 + 0xffff;
const mostEntries = 100_000;

/** A file in a zip file. */
export interface ZipEntry {
  readonly name: string;
  /** Byte offset of its local header. */
  readonly header: number;
  readonly length: number;
  /** Number of bytes that it takes in the zip file: fewer than `length` where it is compressed. */
  readonly stored: number;
  /** CRC-32 of its bytes, uncompressed. */
  readonly checksum: number;
  /** True if deflate compressed it. */
  readonly deflated: boolean;
  /** The reason why it cannot be read; absent if it can. */
  readonly refusal?: string;
}

/** True if the bytes begin as a zip file with at least one entry does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new ByteCursor({ bytes, origin: 0 }).u32() === localHeader;
}

/**
 * Reads a zip file's directory. Written here because the entries of a model are stored as they are: they can be used in
 * place, where libraries would copy them. Source: PKWARE's APPNOTE.TXT, 4.3.
 * @param part the whole file
 * @throws FormatError
 */
export function readZipDirectory(part: FilePart): Map<string, ZipEntry> {
  const { start, count } = findDirectory(part);
  const cursor = new ByteCursor(part, start);
  const entries = new Map<string, ZipEntry>();
  for (let i = 0; i < count; i++) {
    const { offset } = cursor;
    const entry = readEntry(cursor);
    if (entries.has(entry.name)) {
      throw cursor.error(`the zip entry ${entry.name.slice(0, 80)} is there twice`, offset);
    }
    entries.set(entry.name, entry);
  }
  return entries;
}

/**
 * The bytes of an entry, in place.
 * @throws FormatError where it is compressed, encrypted or incomplete
 */
export function zipEntryPart(part: FilePart, entry: ZipEntry): FilePart {
  const compressed = 'is compressed; only entries that are stored as they are can be read';
  return storedPart(
    part,
    entry.deflated ? { ...entry, refusal: entry.refusal ?? compressed } : entry,
  );
}

/**
 * An entry as it is stored, in place: its bytes, or their compressed form.
 * @throws FormatError where it is encrypted, compressed by another method than deflate, or incomplete
 */
export function storedPart(part: FilePart, entry: ZipEntry): FilePart {
  const cursor = new ByteCursor(part, entry.header);
  const refuse = (why: string): never => {
    throw cursor.error(`zip entry ${entry.name.slice(0, 80)}: ${why}`, entry.header);
  };
  if (entry.refusal) refuse(entry.refusal);
  if (entry.header > part.bytes.length - 30 || cursor.u32() !== localHeader) {
    refuse('its header is not where the directory says');
  }
  cursor.take(22);
  const nameLength = cursor.u16();
  const extraLength = cursor.u16();
  cursor.take(nameLength + extraLength);
  const origin = part.origin + cursor.position;
  return { bytes: cursor.take(entry.stored), origin, file: part.file };
}

function findDirectory(part: FilePart): { start: number; count: number } {
  const { bytes, file } = part;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  const first = Math.max(0, bytes.length - longestEnd);
  while (end >= first && view.getUint32(end, true) !== endOfDirectory) end--;
  if (end < first) {
    throw new FormatError('a zip file without its directory: cut short?', {
      file,
      offset: bytes.length,
    });
  }
  const cursor = new ByteCursor(part, end + 10);
  let count = cursor.u16();
  let size = cursor.u32();
  let start = cursor.u32();
  if (end >= 20 && view.getUint32(end - 20, true) === locator64) {
    const record = new ByteCursor(part, end - 12);
    record.position = Math.min(record.u64(), bytes.length);
    if (record.u32() !== endOfDirectory64) throw cursor.error('no ZIP64 record', end - 20);
    record.take(28);
    count = record.u64();
    size = record.u64();
    start = record.u64();
  }
  if (start > end || size > end - start || count > mostEntries) {
    throw cursor.error(`a zip directory of ${count} entries at byte ${start}`, end);
  }
  return { start, count };
}

function readEntry(cursor: ByteCursor): ZipEntry {
  const { offset } = cursor;
  if (cursor.u32() !== centralHeader) throw cursor.error('no entry of a zip directory', offset);
  cursor.take(4);
  const flags = cursor.u16();
  const method = cursor.u16();
  cursor.take(4);
  const checksum = cursor.u32();
  const sizes = { stored: cursor.u32(), length: cursor.u32() };
  const lengths = { name: cursor.u16(), extra: cursor.u16(), comment: cursor.u16() };
  cursor.take(8);
  let header = cursor.u32();
  const name = cursor.utf8(lengths.name);
  // The ZIP64 field holds, in this order, those of these numbers that do not fit in 32 bits.
  const extra = findZip64(cursor, lengths.extra);
  if (sizes.length === elsewhere && extra) sizes.length = extra.u64();
  if (sizes.stored === elsewhere && extra) sizes.stored = extra.u64();
  if (header === elsewhere && extra) header = extra.u64();
  cursor.take(lengths.comment);
  const deflated = method === deflate;
  let refusal: string | undefined;
  if (method !== 0 && !deflated) refusal = 'is compressed in a way that is not read';
  else if (!deflated && sizes.stored !== sizes.length) refusal = 'has two lengths';
  if (flags & 1) refusal = 'is encrypted';
  return { name, header, ...sizes, checksum, deflated, refusal };
}

/** A cursor over the ZIP64 field of an entry, if it has one. */
function findZip64(cursor: ByteCursor, length: number): ByteCursor | undefined {
  const origin = cursor.offset;
  const fields = new ByteCursor({ bytes: cursor.take(length), origin });
  while (fields.left >= 4) {
    const kind = fields.u16();
    const size = fields.u16();
    if (size > fields.left) return undefined;
    const field = { bytes: fields.take(size), origin: fields.offset - size };
    if (kind === 1) return new ByteCursor(field);
  }
  return undefined;
}

import { FormatError } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes of a file, and where they lie in it. */
export interface FilePart {
  readonly bytes: Uint8Array;
  /** Byte offset of the part in the file. */
  readonly origin: number;
  readonly file?: string;
}

/** Reads numbers and runs of bytes one after the other; refuses any that the bytes end within. */
export class ByteCursor {
  position: number;
  readonly #part: FilePart;
  readonly #view: DataView;

  constructor(part: FilePart, position = 0) {
    this.#part = part;
    this.position = position;
    const { bytes } = part;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Byte offset of the next byte in the file. */
  get offset(): number {
    return this.#part.origin + this.position;
  }

  /** Number of bytes left. */
  get left(): number {
    return this.#part.bytes.length - this.position;
  }

  /** @param offset byte offset in the file; by default where the cursor stands */
  error(message: string, offset = this.offset): FormatError {
    return new FormatError(message, { file: this.#part.file, offset });
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  /** A 64-bit number. One above 2^53 is rounded, which does no harm: as a length it is longer than any file. */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** A big-endian f64, as pickles have it. */
  f64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  /** The next bytes, as a view, not a copy. */
  take(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#part.bytes.subarray(start, start + length);
  }

  utf8(length: number): string {
    const { offset } = this;
    const bytes = this.take(length);
    try {
      return utf8.decode(bytes);
    } catch {
      throw this.error('a text that is no UTF-8', offset);
    }
  }

  /** A line of Latin-1 text, without its line break. */
  line(longest: number): string {
    const { bytes } = this.#part;
    const end = bytes.subarray(this.position, this.position + longest).indexOf(0x0a);
    if (end < 0) throw this.error(`cut short, or a line of more than ${longest} bytes`);
    const text = Array.from(this.take(end), (byte) => String.fromCharCode(byte)).join('');
    this.position++;
    return text;
  }

  #take(length: number): number {
    const start = this.position;
    const { left } = this;
    if (length > left) throw this.error(`cut short: ${length} bytes needed, ${left} left`);
    this.position += length;
    return start;
  }
}

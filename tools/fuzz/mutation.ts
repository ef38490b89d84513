import { uniformNumbers } from '../train-demo/random.ts';

/** Bytes that mean much to the formats: pickle's opcodes, brackets and digits of JSON, small and large numbers, signs. */
const telling = [
  0x00, 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x7f, 0x80, 0xfe, 0xff, 0x28, 0x29, 0x2c, 0x2d,
  0x2e, 0x30, 0x39, 0x3a, 0x42, 0x4b, 0x4d, 0x4e, 0x50, 0x51, 0x52, 0x58, 0x5b, 0x5d, 0x61, 0x62,
  0x65, 0x68, 0x71, 0x73, 0x74, 0x75, 0x7b, 0x7d, 0x81, 0x85, 0x86, 0x87, 0x8c, 0x93, 0x94, 0x95,
];
const mostEdits = 6;
/** Bytes at a file's beginning and end, where formats have their headers and directories. */
const edge = 1024;
/** One in so many files is cut short as well. */
const cutEvery = 10;

/** Changes files at random places, the same ones for the same seed. */
export class Mutation {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = uniformNumbers(seed);
  }

  /** One of these. */
  pick<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.#random() * values.length)];
  }

  /** A copy of a file with one to six changes: bytes set, swapped, put in, taken out, or taken from another file. */
  of(original: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
    let bytes = new Uint8Array(original);
    const edits = 1 + Math.floor(this.#random() * mostEdits);
    for (let edit = 0; edit < edits; edit++) bytes = this.#changed(bytes, other);
    if (this.#random() * cutEvery >= 1) return bytes;
    return bytes.slice(0, Math.floor(this.#random() * bytes.length));
  }

  #changed(bytes: Uint8Array<ArrayBuffer>, other: Uint8Array): Uint8Array<ArrayBuffer> {
    const at = this.#place(bytes.length);
    switch (this.pick(['set', 'set', 'set', 'number', 'swap', 'insert', 'delete', 'splice'])) {
      case 'set':
        bytes[at] = this.#byte();
        return bytes;
      case 'number':
        // Sizes and offsets of 4 bytes, where they are absurd.
        bytes.fill(this.pick([0x00, 0x7f, 0xff]), at, at + 4);
        return bytes;
      case 'swap': {
        const to = this.#place(bytes.length);
        [bytes[at], bytes[to]] = [bytes[to], bytes[at]];
        return bytes;
      }
      case 'insert':
        return joined(bytes.subarray(0, at), [this.#byte()], bytes.subarray(at));
      case 'delete': {
        const end = at + 1 + Math.floor(this.#random() * 16);
        return joined(bytes.subarray(0, at), [], bytes.subarray(end));
      }
      default: {
        const from = this.#place(other.length);
        const length = Math.floor(this.#random() * 300);
        return joined(
          bytes.subarray(0, at),
          other.subarray(from, from + length),
          bytes.subarray(at),
        );
      }
    }
  }

  #byte(): number {
    return this.#random() < 0.5 ? this.pick(telling) : Math.floor(this.#random() * 256);
  }

  /** Mostly near the beginning or the end. */
  #place(length: number): number {
    const reach = Math.min(edge, length);
    const within = Math.floor(this.#random() * reach);
    const where = this.#random();
    if (where < 0.4) return within;
    if (where < 0.7) return length - reach + within;
    return Math.floor(this.#random() * length);
  }
}

function joined(
  before: Uint8Array,
  middle: ArrayLike<number>,
  after: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(before.length + middle.length + after.length);
  all.set(before);
  all.set(middle, before.length);
  all.set(after, before.length + middle.length);
  return all;
}

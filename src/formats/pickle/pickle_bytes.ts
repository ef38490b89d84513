import { PickleObject, type PickleValue } from './pickle_values.ts';

const empty = ['builtins.bytes', '__builtin__.bytes'];

/** The global that protocols before 3 write bytes with: they have no opcode for them. */
export const bytesGlobal = '_codecs.encode';

/**
 * Finds the bytes that values of a pickle stand for: views of the file, or copies where a protocol before 3 has them as
 * `_codecs.encode(text, 'latin1')`. A text that many values share is copied once, so all copies together are no
 * larger than the file.
 */
export class PickleBytes {
  readonly #copies = new Map<string, Uint8Array>();

  /** @returns undefined for a value that stands for no bytes */
  of(value: PickleValue | undefined): Uint8Array | undefined {
    if (value instanceof Uint8Array) return value;
    if (!(value instanceof PickleObject)) return undefined;
    if (value.is(...empty) && value.args.length === 0) return new Uint8Array(0);
    const text = value.is(bytesGlobal) ? value.args[0] : undefined;
    if (typeof text !== 'string') return undefined;
    let bytes = this.#copies.get(text);
    if (!bytes) {
      bytes = latin1(text);
      this.#copies.set(text, bytes);
    }
    return bytes;
  }
}

/** The bytes of a text whose characters are their numbers. */
export function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

import { joined } from '../../tools/pickle_writer.ts';

/**
 * A pickle written opcode by opcode, for what the writer of the tools does not write: texts and objects that are shared
 * through the memo, and the opcodes of protocol 2.
 */
export class PickleScript {
  readonly #pieces: Uint8Array[] = [Uint8Array.of(0x80, 2)];

  raw(...bytes: readonly number[]): this {
    this.#pieces.push(Uint8Array.from(bytes));
    return this;
  }

  text(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.#withLength(0x58, bytes.length, bytes);
  }

  number(value: number): this {
    return this.#withLength(0x4a, value);
  }

  global(module: string, name: string): this {
    this.#pieces.push(new TextEncoder().encode(`c${module}\n${name}\n`));
    return this;
  }

  /** `_codecs.encode(text, 'latin1')`, as protocol 2 has bytes. */
  bytesAsText(bytes: Uint8Array): this {
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    return this.global('_codecs', 'encode').text(text).text('latin1').raw(0x86, 0x52);
  }

  /** Keeps the top value under a number and takes it from the stack. */
  keep(memo: number): this {
    return this.#withLength(0x72, memo).raw(0x30);
  }

  recall(memo: number): this {
    return this.#withLength(0x6a, memo);
  }

  /** A dict of names that all have the same kept value. */
  dictOf(names: readonly string[], memo: number): this {
    this.raw(0x7d, 0x28);
    for (const name of names) this.text(name).recall(memo);
    return this.raw(0x75);
  }

  end(): Uint8Array<ArrayBuffer> {
    return joined([...this.#pieces, Uint8Array.of(0x2e)]);
  }

  #withLength(opcode: number, length: number, bytes = new Uint8Array(0)): this {
    const head = new DataView(new ArrayBuffer(5));
    head.setUint8(0, opcode);
    head.setInt32(1, length, true);
    this.#pieces.push(new Uint8Array(head.buffer), bytes);
    return this;
  }
}

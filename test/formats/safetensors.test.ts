import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/formats/errors.ts';
import {
  parseSafetensors,
  type WritableTensor,
  writeSafetensors,
} from '../../src/formats/safetensors.ts';

/** A safetensors file with this header, as it stands, and this many bytes of data. */
function fileOf(header: unknown, dataLength = 0): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataLength)]);
}

/** One tensor's file from the bytes of its data. */
function dataFile(dtype: string, shape: number[], data: ArrayBufferView): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const entry = { dtype, shape, data_offsets: [0, bytes.length] };
  return Buffer.concat([fileOf({ x: entry }), bytes]);
}

const read = (bytes: Uint8Array) => parseSafetensors(bytes, 'x.safetensors').tensors.get('x');

describe('safetensors', () => {
  it('reads what it wrote', () => {
    const a = { shape: [2, 1], data: new Float32Array([1.5, -2]) };
    const points = { shape: [3], data: new Int32Array([-1, 0, 512]) };
    const none = { shape: [0, 4], data: new Float32Array(0) };
    const bytes = writeSafetensors(
      new Map<string, WritableTensor>([
        ['a', a],
        ['points', points],
        ['none', none],
      ]),
      { lr: '0.02' },
    );
    const file = parseSafetensors(bytes);
    expect(file.metadata.lr).toBe('0.02');
    expect(file.metadata.constructor).toBeUndefined();
    expect([...file.tensors.keys()]).toEqual(['a', 'points', 'none']);
    expect(file.tensors.get('a')?.data()).toEqual(a.data);
    expect(file.tensors.get('a')?.shape).toEqual([2, 1]);
    expect(file.tensors.get('points')?.dtype).toBe('I32');
    expect(file.tensors.get('points')?.data()).toEqual(new Float32Array([-1, 0, 512]));
    expect(file.tensors.get('none')?.data()).toHaveLength(0);
  });

  it('refuses to write a shape that its data do not fill', () => {
    const wrong = new Map([['a', { shape: [3], data: new Float32Array(2) }]]);
    expect(() => writeSafetensors(wrong)).toThrow(/a: 2 elements do not fill \[3\]/);
  });

  it('leaves the file alone when its values are changed', () => {
    const tensor = read(dataFile('F32', [2], new Float32Array([1, 2])));
    tensor?.data().fill(9);
    expect(tensor?.data()).toEqual(new Float32Array([1, 2]));
  });

  const decoded: [dtype: string, data: ArrayBufferView, want: [number, number]][] = [
    ['F64', new Float64Array([0.1, -3]), [Math.fround(0.1), -3]],
    ['BOOL', new Uint8Array([0, 1]), [0, 1]],
    ['U8', new Uint8Array([7, 255]), [7, 255]],
    ['I8', new Int8Array([-128, 127]), [-128, 127]],
    ['U16', new Uint16Array([1, 65535]), [1, 65535]],
    ['I16', new Int16Array([-32768, 2]), [-32768, 2]],
    ['U32', new Uint32Array([1, 2 ** 32 - 2 ** 8]), [1, 2 ** 32 - 2 ** 8]],
    ['I32', new Int32Array([-5, 1024]), [-5, 1024]],
    ['U64', new BigUint64Array([1n, 2n ** 63n]), [1, 2 ** 63]],
    ['I64', new BigInt64Array([-1n, 2n ** 40n]), [-1, 2 ** 40]],
  ];
  it.each(decoded)('decodes %s', (dtype, data, want) => {
    expect(read(dataFile(dtype, [2], data))?.data()).toEqual(new Float32Array(want));
  });

  it('decodes every f16', () => {
    const bits = Uint16Array.from({ length: 1 << 16 }, (_, i) => i);
    const values = read(dataFile('F16', [1 << 16], bits))?.data() ?? new Float32Array(0);
    const by = (i: number) => values[i];
    expect([0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x3555].map(by)).toEqual([
      1,
      -2,
      65504,
      2 ** -14,
      2 ** -24,
      (1 + 0x155 / 1024) / 4,
    ]);
    expect([0x8000, 0x7c00, 0xfc00, 0x7e00].map(by)).toEqual([-0, Infinity, -Infinity, NaN]);
    // Between infinity's two sides, each next number of a sign is the next larger magnitude.
    for (let i = 1; i < 0x7c00; i++) {
      if (!(Number(by(i)) > Number(by(i - 1)) && by(i + 0x8000) === -Number(by(i)))) {
        expect.fail(`f16 ${i.toString(16)} decodes to ${by(i)}`);
      }
    }
  });

  it('decodes bf16', () => {
    const bits = new Uint16Array([0x3f80, 0xc049, 0x7f80, 0x0001]);
    expect(read(dataFile('BF16', [4], bits))?.data()).toEqual(
      new Float32Array([1, -3.140625, Infinity, 2 ** -133]),
    );
  });
});

describe('a safetensors file that is not what it says', () => {
  const scalar = { dtype: 'F32', shape: [], data_offsets: [0, 4] };
  const x = (changes: object) => ({ x: { ...scalar, ...changes } });
  const cases: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ['is empty', new Uint8Array(0), /byte 0: 0 bytes are too few/],
    ['is cut in its length', new Uint8Array(7), /byte 0: 7 bytes are too few/],
    ['is text', Buffer.from('hello, world: not a model at all'), /byte 0: not a safetensors file/],
    [
      'has an absurd header length',
      Buffer.concat([Buffer.from('ffffffffffffff7f', 'hex'), Buffer.from('{}')]),
      /byte 0: .*9223372036854775807 bytes/,
    ],
    [
      'has a header of its own length that is too long',
      fileOf(' '.repeat(9 * 2 ** 20)),
      /byte 0: .*at most 8388608/,
    ],
    ['has no JSON', fileOf('{"x": '), /byte 8: .*no valid JSON/],
    ['has no UTF-8', Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 0xc3, 0x28]), /byte 8: .*no valid JSON/],
    ['has a list for a header', fileOf([]), /no JSON object/],
    ['has null for a header', fileOf(null), /no JSON object/],
    ['has nested lists without end', fileOf('['.repeat(1e6)), /no valid JSON/],
    ['has a number as metadata', fileOf({ __metadata__: 3 }), /__metadata__ is no JSON object/],
    ['has a number in its metadata', fileOf({ __metadata__: { a: 3 } }), /the value of a/],
    ['has a number for a tensor', fileOf({ x: 3 }), /tensor x: its header entry/],
    ['has no dtype', fileOf(x({ dtype: undefined }), 4), /tensor x: dtype undefined/],
    ['has an unknown dtype', fileOf(x({ dtype: 'F8_E4M3' }), 4), /tensor x: dtype "F8_E4M3"/],
    ['has a dtype of an object’s', fileOf(x({ dtype: 'toString' }), 4), /dtype "toString"/],
    ['has no shape', fileOf(x({ shape: undefined }), 4), /tensor x: shape must be/],
    ['has a size below 0', fileOf(x({ shape: [-1, -1] }), 4), /found \[-1, -1\]/],
    ['has half a size', fileOf(x({ shape: [0.5, 2] }), 4), /found \[0.5, 2\]/],
    ['has text for a size', fileOf(x({ shape: ['1'] }), 4), /found \[string\]/],
    ['has a shape of nine', fileOf(x({ shape: Array(9).fill(1) }), 4), /at most 8 sizes/],
    [
      'has a shape nested without end',
      fileOf(`{"x":{"dtype":"F32","shape":${'['.repeat(1e5)}${']'.repeat(1e5)}}}`),
      /found \[object\]/,
    ],
    ['has no offsets', fileOf(x({ data_offsets: undefined }), 4), /data_offsets must be two/],
    ['has three offsets', fileOf(x({ data_offsets: [0, 4, 8] }), 4), /data_offsets must be two/],
    ['has offsets the wrong way', fileOf(x({ data_offsets: [4, 0] }), 4), /\[4, 0\] lie outside/],
    ['has offsets outside', fileOf(x({ data_offsets: [0, 1e15] }), 4), /lie outside the file's 4/],
    ['has offsets beyond 2^53', fileOf(x({ data_offsets: [0, 1e30] }), 4), /data_offsets must be/],
    ['has too few bytes', fileOf(x({ shape: [3] }), 4), /takes 12 bytes, its data_offsets hold 4/],
    [
      'has sizes whose product overflows',
      fileOf(x({ shape: [2 ** 32, 2 ** 32] }), 4),
      /its data_offsets hold 4/,
    ],
    [
      'has tensors that overlap',
      fileOf(
        { y: { ...scalar, shape: [2], data_offsets: [0, 8] }, ...x({ data_offsets: [4, 8] }) },
        8,
      ),
      /byte \d+: tensor x: its data overlap those of y/,
    ],
  ];
  it.each(cases)('%s', (_, bytes, message) => {
    let error: unknown;
    try {
      parseSafetensors(bytes, 'x.safetensors');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(FormatError);
    expect(String(error)).toMatch(message);
    expect(String(error)).toMatch(/^FormatError: x\.safetensors: /);
  });

  it('keeps a hostile name to one line', () => {
    const bytes = fileOf({ [`a\n\u001b[2J\u2028${'b'.repeat(1e5)}`]: 3 });
    const error = (() => {
      try {
        return parseSafetensors(bytes);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(FormatError);
    expect(String(error)).not.toMatch(/[\p{Cc}\u2028]/u);
    expect(String(error).length).toBeLessThan(700);
  });
});

describe('mutated safetensors files', () => {
  const whole = new Uint8Array(
    readFileSync(new URL('../fixtures/drag_tiny_1point.safetensors', import.meta.url)),
  );
  const headerEnd = 8 + Number(new DataView(whole.buffer).getBigUint64(0, true));

  /** Decodes all of a file, or says why not; anything but a FormatError is thrown on. */
  function survives(bytes: Uint8Array): boolean {
    try {
      for (const tensor of parseSafetensors(bytes, 'x').tensors.values()) tensor.data();
      return true;
    } catch (error) {
      if (error instanceof FormatError) return false;
      throw error;
    }
  }

  it('are read or refused, never anything else', () => {
    expect(survives(whole)).toBe(true);
    const edit = fc.record({ at: fc.nat(headerEnd - 1), byte: fc.nat(255) });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), fc.nat(64), (edits, cut) => {
        const bytes = whole.slice(0, whole.length - cut);
        for (const { at, byte } of edits) bytes[at] = byte;
        if (!survives(bytes)) refused++;
      }),
      { numRuns: 600, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: true },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('are read or refused with any JSON as their header', () => {
    const field = fc.oneof(
      fc.constantFrom<unknown>('F32', 'I64', [2, 2], [0, 16], [0, 8], [], [4]),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const entry = fc.record({ dtype: field, shape: field, data_offsets: field });
    const header = fc.dictionary(fc.string(), fc.oneof(entry, fc.jsonValue({ maxDepth: 2 })));
    let read = 0;
    fc.assert(
      fc.property(header, (value) => {
        if (survives(fileOf(value, 16))) read++;
      }),
      { numRuns: 600 },
    );
    expect(read).toBeGreaterThan(0);
  });
});

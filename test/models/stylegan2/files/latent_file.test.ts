import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { DragganError, FormatError, InputError } from '../../../../src/formats/errors.ts';
import { writeNpy } from '../../../../src/formats/numpy/npy.ts';
import { PickleTuple, type PickleValue } from '../../../../src/formats/pickle/pickle_values.ts';
import { writeSafetensors } from '../../../../src/formats/safetensors.ts';
import {
  isLatent,
  readLatent,
  writeLatent,
} from '../../../../src/models/stylegan2/files/latent_file.ts';
import { mixStyles } from '../../../../src/models/stylegan2/network/latent_rows.ts';
import { torchTensor } from '../../../../tools/official_pickle.ts';
import { pickle } from '../../../../tools/pickle_writer.ts';

const network = { numWs: 4, wDim: 3 };
/** What the fixtures hold: arange(12) / 8 − 0.5. NumPy 2 and PyTorch 2 wrote them. */
const expected = Float32Array.from({ length: 12 }, (_, i) => i / 8 - 0.5);
const oneRow = Float32Array.from({ length: 12 }, (_, i) => (i % 3) / 8 - 0.5);

const fixture = (name: string) =>
  readFileSync(new URL(`../../../fixtures/latents/${name}`, import.meta.url));
const readable: [name: string, ws: Float32Array][] = [
  ['f32.npy', expected],
  ['f16.npy', expected],
  ['f64_fortran_samples.npy', expected],
  ['row.npy', oneRow],
  ['projected_w.npz', expected],
  ['positional.npz', expected],
  ['compressed.npz', expected],
  ['tensor_zip.pt', expected],
  ['tensor_legacy.pt', expected],
  ['dict_zip.pt', expected],
  ['dict_legacy.pt', expected],
  ['array_in_torch.pt', expected],
];

describe('readLatent', () => {
  it.each(readable)('reads %s', (name, ws) => {
    expect(readLatent(fixture(name), network, 'no ending')).toEqual(ws);
  });

  it.each([[[3]], [[1, 3]], [[1, 1, 3]]])('copies an array of %j to all rows', (shape) => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i);
    expect(readLatent(writeNpy(shape, data), network)).toEqual(
      Float32Array.from({ length: 12 }, (_, i) => i % 3),
    );
  });

  const rows = [0, 3, 6, 9].map((first) => [...expected.subarray(first, first + 3)]);
  it.each<[what: string, value: PickleValue]>([
    ['lists', rows],
    [
      'lists in a dict',
      new Map<PickleValue, PickleValue>([
        ['seed', 5],
        ['mine', [rows]],
      ]),
    ],
    ['a list in tuples', new PickleTuple(rows.map((row) => new PickleTuple(row)))],
    ['a tensor', torchTensor({ shape: [4, 3], data: expected })],
  ])('reads a pickle of %s', (_, value) => {
    expect(readLatent(pickle(value), network)).toEqual(expected);
    expect(isLatent(pickle(value))).toBe(true);
  });

  it('takes the latent that a projector of rosinality’s put beside the picture', () => {
    const bytes = fixture('rosinality_projector.pt');
    const ws = readLatent(bytes, { numWs: 8, wDim: 16 });
    const bits = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const stored = Array.from({ length: bytes.length >> 2 }, (_, i) =>
      bits.getFloat32(4 * i, true),
    );
    const start = stored.indexOf(ws[0]);
    expect(ws).toEqual(Float32Array.from(stored.slice(start, start + 128)));
  });

  const header = (text: string) => {
    const bytes = writeNpy([4, 3], expected);
    bytes.set(new TextEncoder().encode(text.padEnd(117)), 10);
    return bytes;
  };
  const dict = (type: string, shape: string) =>
    header(`{'descr': ${type}, 'fortran_order': False, 'shape': ${shape}, }`);
  it.each<[what: string, bytes: Uint8Array, message: RegExp]>([
    ['no entry of a known name', fixture('two_unknown.npz'), /wanted is a tensor ws0, ws, w/],
    ['another w_dim', writeNpy([1, 4, 2], new Float32Array(8)), /\[1, 4, 2\] found, \[4, 3\]/],
    ['more rows', writeNpy([7, 3], new Float32Array(21)), /\[7, 3\] found, \[4, 3\]/],
    ['no sample', writeNpy([0, 4, 3], new Float32Array(0)), /\[0, 4, 3\] found/],
    ['NaN', writeNpy([3], new Float32Array([0, Number.NaN, 1])), /not finite/],
    ['objects', dict("'|O'", '(4, 3)'), /byte 10: an array of Python objects.*save np.array/],
    ['records', dict("[('a', '<f4')]", '(4, 3)'), /byte 10: an array of records/],
    ['a shape larger than the file', dict("'<f4'", '(9, 4, 3)'), /byte 10: .*does not fit/],
    ['an endless shape', dict("'<f4'", `(${'9'.repeat(30)}, 4, 3)`), /byte 10: /],
    ['a shape left out', header("{'descr': '<f4', 'fortran_order': False}"), /lacks/],
    ['a cut header', writeNpy([4, 3], expected).subarray(0, 60), /byte 10: cut short/],
    ['cut elements', writeNpy([4, 3], expected).subarray(0, 140), /does not fit/],
    ['a zip file of nothing', zipSync({ 'a.txt': new Uint8Array(3) }), /data\.pkl/],
    ['a text', new TextEncoder().encode('hello, world'), /byte 0: no latent that we know/],
    ['nothing', new Uint8Array(0), /byte 0: the file is empty/],
  ])('refuses %s', (_, bytes, message) => {
    const read = () => readLatent(bytes, network, 'a file');
    expect(read).toThrow(FormatError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^a file: /);
  });

  /** A compressed array, of whose directory a number is another. */
  const compressed = (field: number, value: number, array = writeNpy([4, 3], expected)) => {
    const bytes = zipSync({ 'w.npy': array });
    const central = Buffer.from(bytes).lastIndexOf(Uint8Array.of(0x50, 0x4b, 1, 2));
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(central + field, value, true);
    return bytes;
  };
  const [method, checksum, stored, length] = [10, 16, 20, 24];
  const whole = writeNpy([4, 3], expected).length;
  it.each<[what: string, bytes: Uint8Array, message: RegExp]>([
    [
      'more than it says',
      compressed(length, whole - 1),
      /w\.npy: is broken, or has another length/,
    ],
    ['much more than it says', compressed(length, 1, new Uint8Array(1e6)), /another length/],
    ['less than it says', compressed(length, whole + 1), /another length/],
    ['more than is read', compressed(length, 2 ** 26 + 1), /67108865 bytes when it is inflated/],
    ['all that a number says', compressed(length, 0xfffffffe), /of which 67108864 are read/],
    ['another checksum', compressed(checksum, 1), /w\.npy: its checksum is another/],
    ['a cut stream', compressed(stored, 20), /is broken/],
    ['a stream beyond the file', compressed(stored, 1e6), /cut short/],
    ['another method', compressed(method, 12), /compressed in a way that is not read/],
    [
      'no array',
      compressed(method, 8, Uint8Array.of(1, 2, 3)),
      /file: w\.npy: byte 0: .*no NumPy array/,
    ],
  ])('refuses a compressed entry of %s', (_, bytes, message) => {
    const read = () => readLatent(bytes, network, 'a file');
    expect(read).toThrow(FormatError);
    expect(read).toThrow(message);
  });

  it('inflates no more than it reads, of however many arrays', () => {
    const array = new Uint8Array(2 ** 24);
    array.set(writeNpy([array.length / 4 - 32], new Float32Array(array.length / 4 - 32)));
    const many = zipSync(
      Object.fromEntries(['w', 'a', 'b', 'c', 'd'].map((name) => [`${name}.npy`, array])),
    );
    expect(many.length).toBeLessThan(2 ** 20);
    expect(() => readLatent(many, network)).toThrow(
      /16777216 bytes when it is inflated, of which 0/,
    );
  });

  it('reads or refuses whatever is done to a file', () => {
    const specimens = readable.map(([name]) => new Uint8Array(fixture(name)));
    specimens.push(writeLatent(expected, network, 'safetensors').slice());
    let [read, refused] = [0, 0];
    const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const edits = fc.array(fc.tuple(fraction, fc.nat(255), fc.nat(2), fc.nat(9)), {
      // Some are left whole, so that both ends are reached with any seed.
      minLength: 0,
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.constantFrom(...specimens), edits, (specimen, changes) => {
        let bytes = [...specimen];
        for (const [at, byte, kind, length] of changes) {
          const place = Math.floor(at * bytes.length);
          if (kind === 0) bytes[place] = byte;
          else if (kind === 1) bytes.splice(place, length);
          else bytes.splice(place, 0, ...new Array<number>(length).fill(byte));
          if (byte === 255 && kind === 2) bytes = bytes.slice(0, place);
        }
        try {
          const ws = readLatent(Uint8Array.from(bytes), network);
          expect(ws).toHaveLength(12);
          expect(ws.every(Number.isFinite)).toBe(true);
          read++;
        } catch (error) {
          // Anything else is thrown on.
          if (!(error instanceof DragganError)) throw error;
          expect(error.message).not.toMatch(/\n/);
          refused++;
        }
      }),
      { numRuns: Number(process.env.DRAGGAN_FUZZ_CASES ?? 500) },
    );
    // Both ends are reached.
    expect(Math.min(read, refused)).toBeGreaterThan(10);
  });
});

describe('isLatent', () => {
  const bytes = (name: string) =>
    new Uint8Array(readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url)));

  it.each([...readable.map(([name]) => name), 'compressed.npz', 'two_unknown.npz'])(
    'knows %s as a latent',
    (name) => {
      expect(isLatent(bytes(`latents/${name}`))).toBe(true);
    },
  );

  it('knows safetensors with a latent, whatever is beside it', () => {
    expect(isLatent(writeLatent(expected, network, 'safetensors'))).toBe(true);
    expect(isLatent(bytes('drag_tiny_1point.safetensors'))).toBe(true);
  });

  it.each([
    'tiny.safetensors',
    'tiny_official.pkl',
    'tiny_tensorflow.pkl',
    'tiny_rosinality_zip.pt',
    'tiny_rosinality_legacy.pt',
    'photograph.png',
  ])('leaves %s to others', (name) => {
    expect(isLatent(bytes(name))).toBe(false);
  });

  it('leaves a checkpoint that has its average w beside it to others, and reads no latent from it', () => {
    const checkpoint = bytes('tiny_rosinality_zip.pt');
    expect(() => readLatent(checkpoint, { numWs: 10, wDim: 64 })).toThrow(/no latent/);
  });

  it('leaves a delta, which may hold a latent, to others', () => {
    const change = { shape: [1], data: new Float32Array(1) };
    const ws = { shape: [4, 3], data: expected };
    const tensors = new Map([['synthesis.b4.conv1.bias', change]]);
    expect(isLatent(writeSafetensors(tensors.set('ws', ws)))).toBe(false);
  });
});

describe('writeLatent', () => {
  it.each(['npy', 'npz', 'safetensors'] as const)('writes %s as readLatent reads it', (format) => {
    const bytes = writeLatent(expected, network, format);
    expect(readLatent(bytes, network)).toEqual(expected);
    expect(writeLatent(expected, network, format)).toEqual(bytes);
  });

  it('writes .npy as NumPy does, to the byte', () => {
    expect(writeLatent(expected, network, 'npy')).toEqual(new Uint8Array(fixture('f32.npy')));
  });

  it('writes .npz with the checksum that NumPy writes', () => {
    const checksum = (bytes: Uint8Array) => bytes.slice(14, 18);
    expect(checksum(writeLatent(expected, network, 'npz'))).toEqual(
      checksum(new Uint8Array(fixture('projected_w.npz'))),
    );
  });

  it('refuses a latent of another length', () => {
    expect(() => writeLatent(new Float32Array(11), network, 'npy')).toThrow(InputError);
  });
});

describe('mixStyles', () => {
  const other = new Float32Array(12).fill(7);

  it('takes the rows that are named from the other, and changes neither', () => {
    const mixed = mixStyles(expected, other, [0, 2], network);
    const rows = [0, 1, 2, 3].map((row) => [...mixed.subarray(3 * row, 3 * row + 3)]);
    expect(rows).toEqual([
      [7, 7, 7],
      [-0.125, 0, 0.125],
      [7, 7, 7],
      [0.625, 0.75, 0.875],
    ]);
    expect(expected[0]).toBe(-0.5);
  });

  it.each([-1, 4, 0.5, Number.NaN])('refuses row %s', (row) => {
    expect(() => mixStyles(expected, other, [row], network)).toThrow(/rows 0 to 3/);
  });

  it('refuses another length', () => {
    expect(() => mixStyles(expected, other.subarray(1), [0], network)).toThrow(InputError);
  });
});

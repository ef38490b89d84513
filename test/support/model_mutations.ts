import fc from 'fast-check';
import { StridedTensor } from '../../src/formats/tensors/strided_tensor.ts';
import { parseModelFile } from '../../src/models/stylegan2/files/model_file.ts';
import { modelFixtures, readModelFixture } from './model_fixtures.ts';

/** A file, and the places in it that are no tensor's data: changes there are the ones that a parser sees. */
interface Specimen {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly structure: readonly number[];
}

const specimens: readonly Specimen[] = modelFixtures.map(({ name }) => {
  const bytes = readModelFixture(name);
  const isData = new Uint8Array(bytes.length);
  for (const tensor of parseModelFile(bytes, name).tensors.values()) {
    if (!(tensor instanceof StridedTensor)) continue;
    const { byteOffset, byteLength } = tensor.storage.bytes;
    // Some of the data stay, so that changes come there too.
    isData.fill(1, byteOffset + 8, byteOffset + Math.max(8, byteLength));
  }
  const structure = Array.from(bytes.keys()).filter((at) => isData[at] === 0);
  return { name, bytes, structure };
});

/** Bytes that mean much to a pickle: its commonest opcodes, small and large numbers, signs. */
const telling = [
  0x00, 0x01, 0x7f, 0x80, 0xff, 0x28, 0x29, 0x2e, 0x30, 0x32, 0x42, 0x4b, 0x4d, 0x4e, 0x51, 0x52,
  0x5d, 0x58, 0x61, 0x62, 0x65, 0x68, 0x71, 0x73, 0x74, 0x75, 0x7d, 0x81, 0x85, 0x86, 0x87, 0x8c,
  0x93, 0x94, 0x95,
];

const edit = fc.record({
  kind: fc.constantFrom('set', 'set', 'set', 'set', 'insert', 'delete', 'copy', 'swap', 'splice'),
  /** Which place of the structure, as a fraction. */
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  from: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  length: fc.oneof(fc.nat(8), fc.nat(300)),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(...telling)),
});

/** One of the fixtures with some changes, often to its end cut off. */
export const mutatedModel = fc
  .record({
    which: fc.nat(specimens.length - 1),
    edits: fc.array(edit, { minLength: 1, maxLength: 6 }),
    cut: fc.oneof(
      { weight: 9, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
    ),
    with: fc.nat(specimens.length - 1),
  })
  .map(({ which, edits, cut, with: other }) => {
    const specimen = specimens[which] ?? specimens[0];
    let bytes = new Uint8Array(specimen.bytes);
    for (const change of edits)
      bytes = changed(bytes, change, specimen, specimens[other] ?? specimen);
    return { name: specimen.name, bytes: bytes.subarray(0, Math.ceil(bytes.length * (1 - cut))) };
  });

type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never;

function changed(
  bytes: Uint8Array<ArrayBuffer>,
  { kind, at, from, length, byte }: Edit,
  { structure }: Specimen,
  other: Specimen,
): Uint8Array<ArrayBuffer> {
  const place = (fraction: number, places: readonly number[], limit: number) =>
    Math.min(places[Math.floor(fraction * places.length)] ?? 0, Math.max(0, limit - 1));
  const to = place(at, structure, bytes.length);
  const source = place(from, structure, bytes.length);
  switch (kind) {
    case 'set':
      bytes[to] = byte;
      return bytes;
    case 'swap': {
      const kept = bytes[to] ?? 0;
      bytes[to] = bytes[source] ?? 0;
      bytes[source] = kept;
      return bytes;
    }
    case 'copy':
      bytes.copyWithin(to, source, source + length);
      return bytes;
    case 'delete':
      return spliced(bytes, to, to + length, new Uint8Array(0));
    case 'insert':
      return spliced(bytes, to, to, new Uint8Array(length).fill(byte));
    default: {
      const start = place(from, other.structure, other.bytes.length);
      return spliced(bytes, to, to + length, other.bytes.subarray(start, start + length));
    }
  }
}

function spliced(
  bytes: Uint8Array,
  start: number,
  end: number,
  middle: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const tail = bytes.subarray(end);
  const whole = new Uint8Array(start + middle.length + tail.length);
  whole.set(bytes.subarray(0, start));
  whole.set(middle, start);
  whole.set(tail, start + middle.length);
  return whole;
}

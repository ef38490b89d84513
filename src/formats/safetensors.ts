import { type FileLocation, FormatError } from './errors.ts';
import {
  bytesPerElement,
  type Dtype,
  elementCount,
  type NamedTensor,
  showShape,
  type TensorFile,
} from './tensors/named_tensors.ts';
import { rowMajorStrides, StridedTensor } from './tensors/strided_tensor.ts';

/** The most bytes of a header, checked before it is decoded; the largest StyleGAN2 needs 40 kB. */
const longestHeader = 8 * 2 ** 20;
const highestRank = 8;

/** A tensor to be written, as F32, I32, or (its bits in a Uint16Array) F16; `data` in row-major order. */
export interface WritableTensor {
  shape: readonly number[];
  data: Float32Array | Int32Array | Uint16Array;
}

/**
 * Reads a safetensors file: an 8-byte little-endian length, a JSON header of that length (name → dtype, shape,
 * data_offsets; `__metadata__` → strings), then the data. Checks the types of every field, that each tensor lies in
 * the file, that its length is what its shape says, and that no two overlap. Values are decoded when asked for.
 * Source: the format's description at github.com/huggingface/safetensors.
 * @param bytes the whole file; kept, not copied
 * @param file its name, for messages
 * @throws FormatError naming the byte or the tensor
 */
export function parseSafetensors(bytes: Uint8Array, file?: string): TensorFile {
  // A plain Uint8Array: in Node the bytes may be a Buffer, whose slice() would share memory and lack alignment.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { header, dataStart } = readHeader(plain, file);
  const tensors = new Map<string, NamedTensor>();
  const metadata: Record<string, string | undefined> = Object.create(null);
  const places: { name: string; begin: number; end: number }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      readMetadata(entry, metadata, file);
      continue;
    }
    const { dtype, shape, begin, end } = readEntry(entry, plain.length - dataStart, {
      file,
      tensor: name,
    });
    places.push({ name, begin, end });
    const storage = {
      bytes: plain.subarray(dataStart + begin, dataStart + end),
      dtype,
      littleEndian: true,
    };
    const view = { offset: 0, shape, strides: rowMajorStrides(shape) };
    tensors.set(name, StridedTensor.create(storage, view, { file, tensor: name }));
  }
  refuseOverlaps(places, dataStart, file);
  return { tensors, metadata, format: 'safetensors', file };
}

/**
 * Writes a safetensors file, tensors in the map's order. Those with 2 bytes per element come last, so that all are
 * aligned; the data begin at a multiple of 8 bytes. The same input gives the same bytes.
 * @throws RangeError where a shape does not match its data (a fault of the caller)
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, WritableTensor>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  if (metadata) header.__metadata__ = metadata;
  const sorted = [...tensors].sort(
    ([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT,
  );
  let length = 0;
  for (const [name, { shape, data }] of sorted) {
    if (elementCount(shape) !== data.length) {
      throw new RangeError(`${name}: ${data.length} elements do not fill ${showShape(shape)}`);
    }
    header[name] = {
      dtype: dtypeOf(data),
      shape,
      data_offsets: [length, length + data.byteLength],
    };
    length += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const dataStart = 8 * Math.ceil((8 + json.length) / 8);
  const bytes = new Uint8Array(dataStart + length).fill(0x20, 0, dataStart);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - 8), true);
  bytes.set(json, 8);
  let at = dataStart;
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

function dtypeOf(data: WritableTensor['data']): Dtype {
  if (data instanceof Uint16Array) return 'F16';
  return data instanceof Int32Array ? 'I32' : 'F32';
}

function readHeader(bytes: Uint8Array, file?: string) {
  if (bytes.length < 8) {
    throw new FormatError(`${bytes.length} bytes are too few for a safetensors file`, {
      file,
      offset: 0,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(Math.min(longestHeader, bytes.length - 8))) {
    throw new FormatError(
      `not a safetensors file, or cut short: its header would take ${length} bytes of ${bytes.length - 8} (at most ${longestHeader} are read)`,
      { file, offset: 0 },
    );
  }
  const dataStart = 8 + Number(length);
  let header: unknown;
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    header = JSON.parse(decoder.decode(bytes.subarray(8, dataStart)));
  } catch {
    throw new FormatError('the safetensors header is no valid JSON', { file, offset: 8 });
  }
  if (!isRecord(header)) {
    throw new FormatError('the safetensors header is no JSON object', { file, offset: 8 });
  }
  return { header, dataStart };
}

function readMetadata(
  entry: unknown,
  into: Record<string, string | undefined>,
  file?: string,
): void {
  if (!isRecord(entry)) throw new FormatError('__metadata__ is no JSON object', { file });
  for (const [key, value] of Object.entries(entry)) {
    if (typeof value !== 'string') {
      throw new FormatError(`__metadata__: the value of ${key} is no string`, { file });
    }
    into[key] = value;
  }
}

function readEntry(entry: unknown, dataLength: number, location: FileLocation) {
  if (!isRecord(entry)) throw new FormatError('its header entry is no JSON object', location);
  const dtype = entry.dtype;
  if (!isDtype(dtype)) {
    throw new FormatError(`dtype ${show(dtype)} is not supported`, location);
  }
  const shape = entry.shape;
  if (!isListOfSizes(shape) || shape.length > highestRank) {
    throw new FormatError(
      `shape must be a list of at most ${highestRank} sizes, found ${show(shape)}`,
      location,
    );
  }
  const offsets = entry.data_offsets;
  if (!isListOfSizes(offsets) || offsets.length !== 2) {
    throw new FormatError(
      `data_offsets must be two byte offsets, found ${show(offsets)}`,
      location,
    );
  }
  const [begin = 0, end = 0] = offsets;
  if (begin > end || end > dataLength) {
    throw new FormatError(
      `data_offsets [${begin}, ${end}] lie outside the file's ${dataLength} bytes of data`,
      location,
    );
  }
  const needed = elementCount(shape) * bytesPerElement[dtype];
  if (needed !== end - begin) {
    throw new FormatError(
      `${dtype} ${showShape(shape)} takes ${needed} bytes, its data_offsets hold ${end - begin}`,
      location,
    );
  }
  return { dtype, shape, begin, end };
}

function refuseOverlaps(
  places: { name: string; begin: number; end: number }[],
  dataStart: number,
  file?: string,
): void {
  const sorted = places.filter(({ begin, end }) => begin < end).sort((a, b) => a.begin - b.begin);
  let previous = { name: '', begin: 0, end: 0 };
  for (const place of sorted) {
    if (place.begin < previous.end) {
      throw new FormatError(`its data overlap those of ${previous.name}`, {
        file,
        offset: dataStart + place.begin,
        tensor: place.name,
      });
    }
    previous = place;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(bytesPerElement, value);
}

function isListOfSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** A header's value for a message, cut short: it may be megabytes long or deeply nested. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (Array.isArray(value)) {
    const sizes = value.slice(0, 9).map((size) => (typeof size === 'number' ? size : typeof size));
    return `[${sizes.join(', ')}${value.length > 9 ? ', …' : ''}]`;
  }
  return typeof value === 'object' ? 'an object' : String(value);
}

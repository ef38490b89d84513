import { ByteCursor, type FilePart } from '../byte_cursor.ts';
import { FormatError } from '../errors.ts';
import { elementCount, showShape } from '../tensors/named_tensors.ts';
import { rowMajorStrides, StridedTensor } from '../tensors/strided_tensor.ts';
import { numpyElement } from './numpy_array.ts';

/** How a `.npy` file begins: `\x93NUMPY`. */
const magic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
/** The longest header, in bytes; NumPy by itself reads none that is longer. */
const longestHeader = 10_000;
/** NumPy starts the elements at a multiple of this many bytes. */
const alignment = 64;

/** True if the bytes begin as a `.npy` file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads an array that NumPy saved: a Python dict that gives element type, order and shape, then the elements. Only
 * dicts as NumPy writes them are understood; nothing is evaluated. Source: NumPy's `numpy.lib.format`, versions 1 to 3.
 * @param part the whole file, or an entry of a `.npz`; kept, not copied
 * @param name for messages
 * @throws FormatError for anything else, and for elements that are not numbers or not complete
 */
export function parseNpy(part: FilePart, name?: string): StridedTensor {
  const { bytes, file, origin } = part;
  const refuse = (why: string, offset = origin): never => {
    throw new FormatError(why, { file, offset, tensor: name });
  };
  if (!isNpy(bytes)) refuse('no NumPy array: its magic number is missing');
  const cursor = new ByteCursor(part, magic.length);
  const version = cursor.u8();
  cursor.u8();
  if (version < 1 || version > 3) refuse(`a .npy file of the unknown version ${version}`);
  const length = version === 1 ? cursor.u16() : cursor.u32();
  if (length > longestHeader) refuse(`a header of ${length} bytes; ${longestHeader} are read`);
  const { offset } = cursor;
  const header = cursor.utf8(length);
  const [, type = ''] = /'descr': *'([^']*)'/.exec(header) ?? [];
  const [, order] = /'fortran_order': *(True|False)/.exec(header) ?? [];
  const [, sizes] = /'shape': *\(([\d, ]*)\)/.exec(header) ?? [];
  if (order === undefined || sizes === undefined) {
    refuse('the header of the array lacks fortran_order or shape', offset);
  }
  if (type.endsWith('O')) {
    const advice = "save np.array(x, 'float32') of it";
    refuse(`an array of Python objects, where numbers are needed: ${advice}`, offset);
  }
  const element = numpyElement(type);
  if (!element) return refuse(`an array of ${type || 'records'}, where numbers are needed`, offset);
  const shape = (sizes?.match(/\d+/g) ?? []).map(Number);
  const strides =
    order === 'True' ? rowMajorStrides(shape.toReversed()).reverse() : rowMajorStrides(shape);
  const storage = { bytes: bytes.subarray(cursor.position), ...element };
  return StridedTensor.create(
    storage,
    { offset: 0, shape, strides },
    { file, offset, tensor: name },
  );
}

/**
 * Writes an array as NumPy's `save` does, in f32.
 * @throws RangeError where the shape does not match the data (a fault of the caller)
 */
export function writeNpy(shape: readonly number[], data: Float32Array): Uint8Array<ArrayBuffer> {
  if (elementCount(shape) !== data.length) {
    throw new RangeError(`${data.length} elements do not fill ${showShape(shape)}`);
  }
  // Python writes a tuple of one as `(3,)`.
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const fixed = magic.length + 4;
  const start = alignment * Math.ceil((fixed + text.length + 1) / alignment);
  const bytes = new Uint8Array(start + data.byteLength).fill(0x20, fixed, start);
  bytes.set(magic);
  bytes[magic.length] = 1;
  new DataView(bytes.buffer).setUint16(magic.length + 2, start - fixed, true);
  bytes.set(new TextEncoder().encode(text), fixed);
  bytes[start - 1] = 0x0a;
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}

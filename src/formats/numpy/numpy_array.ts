import { FormatError } from '../errors.ts';
import { bytesGlobal, latin1, type PickleBytes } from '../pickle/pickle_bytes.ts';
import {
  itemsOf,
  PickleObject,
  PickleTuple,
  type PickleValue,
  sizesOf,
} from '../pickle/pickle_values.ts';
import { elementReader } from '../tensors/element_decoding.ts';
import { bytesPerElement, type Dtype } from '../tensors/named_tensors.ts';
import { rowMajorStrides, type Storage, StridedTensor } from '../tensors/strided_tensor.ts';

/** Names as NumPy 1 and NumPy 2 have them: version 2 moved its core module. */
const modules = ['numpy.core.multiarray', 'numpy._core.multiarray'];
const reconstruct = modules.map((module) => `${module}._reconstruct`);
const scalar = modules.map((module) => `${module}.scalar`);
const dtype = 'numpy.dtype';

/** Globals that NumPy's arrays and numbers in a pickle need. */
export const numpyGlobals: readonly string[] = [
  ...reconstruct,
  ...scalar,
  dtype,
  'numpy.ndarray',
  bytesGlobal,
];

const dtypes: ReadonlyMap<string, Dtype> = new Map([
  ['f2', 'F16'],
  ['f4', 'F32'],
  ['f8', 'F64'],
  ['b1', 'BOOL'],
  ['u1', 'U8'],
  ['i1', 'I8'],
  ['u2', 'U16'],
  ['i2', 'I16'],
  ['u4', 'U32'],
  ['i4', 'I32'],
  ['u8', 'U64'],
  ['i8', 'I64'],
]);

/**
 * Reads a NumPy array as a view of its bytes. A single NumPy number becomes an array without axes.
 * @param bytes finds them
 * @param name for messages
 * @returns undefined for a value that is neither
 * @throws FormatError for an array that is incomplete, or whose elements are not numbers
 */
export function numpyArray(
  value: PickleValue | undefined,
  bytes: PickleBytes,
  { file, tensor }: { readonly file?: string; readonly tensor: string },
): StridedTensor | undefined {
  if (!(value instanceof PickleObject) || !value.is(...reconstruct, ...scalar)) return undefined;
  const location = { file, offset: value.offset, tensor };
  const [, shape, type, fortran, data] = value.is(...scalar)
    ? [undefined, new PickleTuple([]), value.args[0], false, value.args[1]]
    : (itemsOf(value.state) ?? []);
  const elements = bytes.of(data);
  const sizes = sizesOf(shape);
  const element = elementType(type);
  if (!sizes || !element || typeof fortran !== 'boolean' || !elements) {
    throw new FormatError('a NumPy array that is not one of numbers', location);
  }
  const strides = fortran ? rowMajorStrides(sizes.toReversed()).reverse() : rowMajorStrides(sizes);
  return StridedTensor.create(
    { bytes: elements, ...element },
    { offset: 0, shape: sizes, strides },
    location,
  );
}

/** A number, Python's own or NumPy's; undefined for anything else. */
export function numberOf(value: PickleValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (!(value instanceof PickleObject) || !value.is(...scalar)) return undefined;
  const [type, data] = value.args;
  const element = elementType(type);
  const bytes = shortBytes(data);
  if (!element || !bytes || bytes.length < bytesPerElement[element.dtype]) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return elementReader(view, element.dtype, element.littleEndian)(0);
}

/** An element type as NumPy writes it, e.g. `<f4`; undefined for one that is not a number. */
export function numpyElement(type: string): Omit<Storage, 'bytes'> | undefined {
  const dtype = dtypes.get(type.replace(/^[<>|=]/, ''));
  return dtype && { dtype, littleEndian: !type.startsWith('>') };
}

/** The element type, from `numpy.dtype('f4')` and its state (version, byte order, …). */
function elementType(value: PickleValue | undefined): Omit<Storage, 'bytes'> | undefined {
  if (!(value instanceof PickleObject) || !value.is(dtype)) return undefined;
  const [code] = value.args;
  const found = typeof code === 'string' ? dtypes.get(code) : undefined;
  const order = itemsOf(value.state)?.[1];
  return found && { dtype: found, littleEndian: order !== '>' };
}

/** The bytes of a number, of which 16 are enough for any. */
function shortBytes(value: PickleValue | undefined): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  const text = value instanceof PickleObject && value.is(bytesGlobal) && value.args[0];
  return typeof text === 'string' ? latin1(text.slice(0, 16)) : undefined;
}

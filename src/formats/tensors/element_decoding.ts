import { decodeBF16, decodeF16, f16Table } from './half_precision.ts';
import type { Dtype } from './named_tensors.ts';

/**
 * Decodes elements that lie one after the other, little-endian.
 * @param bytes a copy of their own, so that any alignment will do; the result may take over its buffer
 */
export function decodeElements(bytes: Uint8Array<ArrayBuffer>, dtype: Dtype): Float32Array {
  const { buffer } = bytes;
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F16':
      return decodeF16(new Uint16Array(buffer));
    case 'BF16':
      return decodeBF16(new Uint16Array(buffer));
    case 'F64':
      return Float32Array.from(new Float64Array(buffer));
    case 'U8':
    case 'BOOL':
      return Float32Array.from(bytes);
    case 'I8':
      return Float32Array.from(new Int8Array(buffer));
    case 'U16':
      return Float32Array.from(new Uint16Array(buffer));
    case 'I16':
      return Float32Array.from(new Int16Array(buffer));
    case 'U32':
      return Float32Array.from(new Uint32Array(buffer));
    case 'I32':
      return Float32Array.from(new Int32Array(buffer));
    case 'U64':
      return Float32Array.from(new BigUint64Array(buffer), Number);
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
  }
}

/** Reads one element at a byte offset. */
export type ElementReader = (offset: number) => number;

/** Reads elements wherever they lie, in either byte order: for views that are not in one piece. */
export function elementReader(view: DataView, dtype: Dtype, littleEndian: boolean): ElementReader {
  switch (dtype) {
    case 'F32':
      return (offset) => view.getFloat32(offset, littleEndian);
    case 'F16': {
      const table = f16Table();
      return (offset) => table[view.getUint16(offset, littleEndian)] ?? 0;
    }
    case 'BF16': {
      const word = new DataView(new ArrayBuffer(4));
      return (offset) => {
        word.setUint16(0, view.getUint16(offset, littleEndian));
        return word.getFloat32(0);
      };
    }
    case 'F64':
      return (offset) => view.getFloat64(offset, littleEndian);
    case 'U8':
    case 'BOOL':
      return (offset) => view.getUint8(offset);
    case 'I8':
      return (offset) => view.getInt8(offset);
    case 'U16':
      return (offset) => view.getUint16(offset, littleEndian);
    case 'I16':
      return (offset) => view.getInt16(offset, littleEndian);
    case 'U32':
      return (offset) => view.getUint32(offset, littleEndian);
    case 'I32':
      return (offset) => view.getInt32(offset, littleEndian);
    case 'U64':
      return (offset) => Number(view.getBigUint64(offset, littleEndian));
    case 'I64':
      return (offset) => Number(view.getBigInt64(offset, littleEndian));
  }
}

import type { Dtype, TensorFile } from './named_tensors.ts';
import { StridedTensor, type StridedView } from './strided_tensor.ts';

/** A file of tensors as a message between a worker and its page: plain data, and bytes to be transferred. */
export interface TensorMessage {
  readonly bytes: ArrayBuffer;
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: Dtype;
    readonly littleEndian: boolean;
    /** Where its storage lies in `bytes`. */
    readonly start: number;
    readonly length: number;
    readonly view: StridedView;
  }[];
  readonly metadata: Readonly<Record<string, string | undefined>>;
  readonly format: string;
  readonly notes?: readonly string[];
  readonly file?: string;
}

/** The least share of a file that its tensors must take; below it, the tensors alone are sent, to save memory. */
const worthKeeping = 0.75;

/**
 * What a worker that parsed a file hands to its page, with `[message.bytes]` as the list of transfers: the bytes that the
 * tensors lie in, or those of the tensors alone where they are much fewer, or lie in several places. Once the message
 * is sent, the tensors of the worker cannot be used any more.
 * @throws RangeError for a tensor that is no view of bytes (a fault of the caller)
 */
export function tensorMessage(file: TensorFile): TensorMessage {
  const found = [...file.tensors].map(([name, tensor]) => {
    if (!(tensor instanceof StridedTensor)) throw new RangeError(`${name} is no view of bytes`);
    return { name, storage: tensor.storage, view: tensor.view };
  });
  const { bytes, start } = packed(found.map(({ storage }) => storage.bytes));
  const tensors = found.map(({ name, storage, view }) => {
    const { dtype, littleEndian } = storage;
    return {
      name,
      dtype,
      littleEndian,
      start: start(storage.bytes),
      length: storage.bytes.length,
      view,
    };
  });
  const { metadata, format, notes, file: name } = file;
  return { bytes, tensors, metadata: { ...metadata }, format, notes, file: name };
}

/** One buffer with all of these bytes, and where each of them begins in it. */
function packed(parts: readonly Uint8Array[]): {
  bytes: ArrayBuffer;
  start: (part: Uint8Array) => number;
} {
  const buffers = new Set(parts.map(({ buffer }) => buffer));
  // Tensors may share a storage.
  const keys = new Map([...buffers].map((buffer, i) => [buffer, i]));
  const key = (part: Uint8Array) =>
    `${keys.get(part.buffer)} ${part.byteOffset} ${part.byteLength}`;
  const distinct = new Map(parts.map((part) => [key(part), part]));
  const needed = [...distinct.values()].reduce((sum, { length }) => sum + length, 0);
  const [only] = buffers;
  if (buffers.size === 1 && only instanceof ArrayBuffer && needed > worthKeeping * only.byteLength)
    return { bytes: only, start: ({ byteOffset }) => byteOffset };
  const own = new Uint8Array(needed);
  const places = new Map<string, number>();
  let at = 0;
  for (const [name, part] of distinct) {
    own.set(part, at);
    places.set(name, at);
    at += part.length;
  }
  return { bytes: own.buffer, start: (part) => places.get(key(part)) ?? 0 };
}

/** The file that a message was made of, its tensors views of the bytes that came with it. */
export function readTensorMessage(message: TensorMessage): TensorFile {
  const { bytes, metadata, format, notes, file } = message;
  const tensors = new Map(
    message.tensors.map(({ name, dtype, littleEndian, start, length, view }) => {
      const storage = { bytes: new Uint8Array(bytes, start, length), dtype, littleEndian };
      return [name, StridedTensor.restore(storage, view)];
    }),
  );
  return { tensors, metadata: Object.assign(Object.create(null), metadata), format, notes, file };
}

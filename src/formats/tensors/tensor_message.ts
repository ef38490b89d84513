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
  readonly file?: string;
}

/** The least share of a file that its tensors must take; below it, the tensors alone are sent, to save memory. */
const worthKeeping = 0.75;

/**
 * What a worker that parsed a file hands to its page, with `[message.bytes]` as the list of transfers: the file's own
 * bytes, or those of its tensors alone where they are much fewer. Once the message is
 * sent, the tensors of the worker cannot be used any more.
 * @param bytes the bytes that the file was parsed from, a whole ArrayBuffer
 * @throws RangeError for a tensor that is not a view of `bytes` (a fault of the caller)
 */
export function tensorMessage(file: TensorFile, bytes: ArrayBuffer): TensorMessage {
  const tensors = [...file.tensors].map(([name, tensor]) => {
    if (!(tensor instanceof StridedTensor) || tensor.storage.bytes.buffer !== bytes) {
      throw new RangeError(`${name} is no view of the file's bytes`);
    }
    const { storage, view } = tensor;
    const { dtype, littleEndian } = storage;
    const { byteOffset: start, byteLength: length } = storage.bytes;
    return { name, dtype, littleEndian, start, length, view };
  });
  const { metadata, format, file: name } = file;
  return { ...packed(tensors, bytes), metadata: { ...metadata }, format, file: name };
}

/** The tensors, with only the bytes that they need. */
function packed(
  tensors: TensorMessage['tensors'],
  bytes: ArrayBuffer,
): Pick<TensorMessage, 'bytes' | 'tensors'> {
  // Tensors may share a storage.
  const storages = new Map(tensors.map((tensor) => [`${tensor.start} ${tensor.length}`, tensor]));
  const needed = [...storages.values()].reduce((sum, { length }) => sum + length, 0);
  if (needed > worthKeeping * bytes.byteLength) return { bytes, tensors };
  const own = new Uint8Array(needed);
  const places = new Map<string, number>();
  let at = 0;
  for (const [storage, { start, length }] of storages) {
    own.set(new Uint8Array(bytes, start, length), at);
    places.set(storage, at);
    at += length;
  }
  const moved = tensors.map((tensor) => {
    const start = places.get(`${tensor.start} ${tensor.length}`) ?? tensor.start;
    return { ...tensor, start };
  });
  return { bytes: own.buffer, tensors: moved };
}

/** The file that a message was made of, its tensors views of the bytes that came with it. */
export function readTensorMessage(message: TensorMessage): TensorFile {
  const { bytes, metadata, format, file } = message;
  const tensors = new Map(
    message.tensors.map(({ name, dtype, littleEndian, start, length, view }) => {
      const storage = { bytes: new Uint8Array(bytes, start, length), dtype, littleEndian };
      return [name, StridedTensor.restore(storage, view)];
    }),
  );
  return { tensors, metadata: Object.assign(Object.create(null), metadata), format, file };
}

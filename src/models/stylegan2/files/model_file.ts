import type { FilePart } from '../../../formats/byte_cursor.ts';
import { FormatError } from '../../../formats/errors.ts';
import { inItsPlace } from '../../../formats/file_kind.ts';
import { looksLikePickle, unpickle } from '../../../formats/pickle/pickle.ts';
import { harmlessNames } from '../../../formats/pickle/pickle_names.ts';
import type { PersistentId } from '../../../formats/pickle/pickle_values.ts';
import { parseSafetensors } from '../../../formats/safetensors.ts';
import type { TensorFile } from '../../../formats/tensors/named_tensors.ts';
import { isTorchStream, readTorchStream } from '../../../formats/torch/torch_stream.ts';
import { isTorchZip, readTorchZip } from '../../../formats/torch/torch_zip.ts';
import { gunzip, isGzip } from '../../../formats/zip/gzip.ts';
import { isZip, readZipDirectory } from '../../../formats/zip/zip.ts';
import { modelInZip } from './model_in_zip.ts';
import { readNamedTensors, readTorchModel } from './torch_model.ts';

/** A `.pkl.gz` in a `.zip` is read; what is deeper is made to take time. */
const mostContainers = 3;

/**
 * Reads a model's file of any format, by its content and not its name: safetensors, the official pickles of StyleGAN2
 * for PyTorch and TensorFlow, modules and state dicts that PyTorch saved under the official names or rosinality's (zip,
 * legacy, plain), and any of them in a `.gz` or alone in a `.zip`. Gives the generator's tensors under their
 * official names, and others where a format has them; they are views of `bytes`, decoded when they are asked for, so
 * that G, D and optimisers beside G_ema cost nothing. Needs no DOM: it can run in a worker.
 * @param bytes the whole file; kept, not copied
 * @param file its name, for messages
 * @throws FormatError naming the byte or the tensor; UnsupportedModelError saying what the file is
 */
export function parseModelFile(bytes: Uint8Array, file?: string): TensorFile {
  // Not the bytes as given: in Node these are a Buffer, whose slice() would share memory.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readModel({ bytes: plain, origin: 0, file }, mostContainers);
}

/** @param left how many containers may still be opened, one in the other */
function readModel(part: FilePart, left: number): TensorFile {
  const { bytes, file } = part;
  if (left > 0 && isGzip(bytes)) return readModel(gunzip(part), left - 1);
  if (isZip(bytes)) {
    const isTorch = isTorchZip(readZipDirectory(part));
    if (left > 0 && !isTorch) return readModel(modelInZip(part), left - 1);
    return readTorchModel(readTorchZip(part, harmlessNames), part, 'zip');
  }
  if (isTorchStream(bytes))
    return readTorchModel(readTorchStream(part, harmlessNames), part, 'legacy');
  if (looksLikePickle(bytes)) return readPickle(part);
  refuseSubstitutes(part);
  return readNamedTensors(parseSafetensors(bytes, file));
}

function readPickle(part: FilePart): TensorFile {
  const { file } = part;
  const { value } = unpickle(part, harmlessNames);
  const storage = ({ offset }: PersistentId): never => {
    throw new FormatError('a storage outside the file', { file, offset });
  };
  return readTorchModel({ value, storage }, part, 'pickle');
}

/** Refuses files that often stand in a model's place, such as web pages, and files of no known format. */
function refuseSubstitutes({ bytes, file }: FilePart): void {
  if (bytes[8] === '{'.charCodeAt(0)) return;
  const known = 'neither safetensors, nor a pickle (.pkl), nor a PyTorch file (.pt)';
  const what = inItsPlace(bytes, 'a model of StyleGAN2') ?? `no model that we know: ${known}`;
  throw new FormatError(what, { file, offset: 0 });
}

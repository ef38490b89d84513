import type { FilePart } from '../../../formats/byte_cursor.ts';
import { FormatError, UnsupportedModelError } from '../../../formats/errors.ts';
import { unpickle } from '../../../formats/pickle/pickle.ts';
import { describeValue, type PersistentId } from '../../../formats/pickle/pickle_values.ts';
import { parseSafetensors } from '../../../formats/safetensors.ts';
import type { TensorFile } from '../../../formats/tensors/named_tensors.ts';
import { isTorchStream, readTorchStream } from '../../../formats/torch/torch_stream.ts';
import { TorchTensors } from '../../../formats/torch/torch_tensor.ts';
import { readTorchZip } from '../../../formats/torch/torch_zip.ts';
import { isZip } from '../../../formats/zip/zip.ts';
import { readOfficialPickle } from './official_pickle.ts';
import { pickleGlobals } from './pickle_globals.ts';
import { readRosinality } from './rosinality.ts';
import { readTensorflowPickle } from './tensorflow_pickle.ts';

/**
 * Reads a model's file of any format, by its content and not its name: safetensors, the official pickles of StyleGAN2
 * for PyTorch and TensorFlow, rosinality's checkpoints (zip and legacy). Gives the generator's tensors under their
 * official names, and others where a format has them; they are views of `bytes`, decoded when they are asked for, so
 * that G, D and optimisers beside G_ema cost nothing. Needs no DOM: it can run in a worker.
 * @param bytes the whole file; kept, not copied
 * @param file its name, for messages
 * @throws FormatError naming the byte or the tensor; UnsupportedModelError saying what the file is
 */
export function parseModelFile(bytes: Uint8Array, file?: string): TensorFile {
  // Not the bytes as given: in Node these are a Buffer, whose slice() would share memory.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const part: FilePart = { bytes: plain, origin: 0, file };
  if (isZip(plain)) {
    const pickle = readTorchZip(part, pickleGlobals);
    return readRosinality(pickle, new TorchTensors(pickle, part), {
      file,
      format: 'rosinality zip',
    });
  }
  if (isTorchStream(plain)) {
    const pickle = readTorchStream(part, pickleGlobals);
    const format = 'rosinality legacy';
    return readRosinality(pickle, new TorchTensors(pickle, part), { file, format });
  }
  if (looksLikePickle(plain)) return readPickle(part);
  refuseSubstitutes(part);
  return parseSafetensors(plain, file);
}

/**
 * A pickle of protocol 2 or later begins with the protocol's number, an older one with an opcode: a name, or the start
 * of a dict, list or tuple. A safetensors file's JSON begins at byte 8.
 */
function looksLikePickle(bytes: Uint8Array): boolean {
  if (bytes[8] === '{'.charCodeAt(0)) return false;
  return bytes[0] === 0x80 || /^(c[\w.]+\n|[(}\]])/.test(startOf(bytes));
}

function readPickle(part: FilePart): TensorFile {
  const { file } = part;
  const { value } = unpickle(part, pickleGlobals);
  const storage = ({ offset }: PersistentId): never => {
    throw new FormatError('a storage outside the file', { file, offset });
  };
  const tensors = new TorchTensors({ value, storage }, part);
  const model = readOfficialPickle(value, tensors, part) ?? readTensorflowPickle(value, part);
  if (model) return model;
  throw new UnsupportedModelError(`a pickle of ${describeValue(value)}, not of a StyleGAN2`, {
    file,
  });
}

/** Refuses files that often stand in a model's place, such as web pages, and files of no known format. */
function refuseSubstitutes({ bytes, file }: FilePart): void {
  const start = startOf(bytes);
  const refuse = (what: string): never => {
    throw new FormatError(`${what}, not the model itself: download it again`, { file, offset: 0 });
  };
  if (start.startsWith('version https://git-lfs')) refuse('a pointer of Git LFS');
  if (/^\s*<(!doctype|html)/i.test(start)) refuse('a web page');
  if (bytes.length > 8 && start[8] !== '{') {
    throw new FormatError(
      'no model that we know: neither safetensors, nor a pickle (.pkl), nor a PyTorch file (.pt)',
      { file, offset: 0 },
    );
  }
}

const startOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, 256));

import type { FilePart } from '../../../formats/byte_cursor.ts';
import { FormatError } from '../../../formats/errors.ts';
import { inItsPlace } from '../../../formats/file_kind.ts';
import { isNpy, parseNpy } from '../../../formats/numpy/npy.ts';
import { parseNpz } from '../../../formats/numpy/npz.ts';
import { numpyArray } from '../../../formats/numpy/numpy_array.ts';
import { numberList } from '../../../formats/pickle/number_list.ts';
import { looksLikePickle, unpickle } from '../../../formats/pickle/pickle.ts';
import { harmlessNames } from '../../../formats/pickle/pickle_names.ts';
import { entriesOf, type PersistentId } from '../../../formats/pickle/pickle_values.ts';
import { parseSafetensors } from '../../../formats/safetensors.ts';
import type { NamedTensor } from '../../../formats/tensors/named_tensors.ts';
import {
  isTorchStream,
  readTorchStream,
  type TorchPickle,
} from '../../../formats/torch/torch_stream.ts';
import { TorchTensors } from '../../../formats/torch/torch_tensor.ts';
import { readTorchZip } from '../../../formats/torch/torch_zip.ts';
import { isZip } from '../../../formats/zip/zip.ts';
import { findGenerator } from './generator_search.ts';

/** The tensors of a file of latents or directions. A file that holds one array alone has it under no name. */
export interface LatentTensors {
  readonly named: ReadonlyMap<string, NamedTensor>;
  readonly only?: NamedTensor;
  /** What a safetensors file says beside its tensors. */
  readonly metadata?: Readonly<Record<string, string | undefined>>;
}

/** A tensor, and its name where the file has it under one. */
export interface FoundTensor {
  readonly name?: string;
  readonly tensor: NamedTensor;
}

/**
 * Reads the tensors of a latent's file, by its content and not its name.
 * @param what the file should be, for messages
 * @throws FormatError for a broken file, and for one that is of no format in which latents are kept
 */
export function readLatentTensors(part: FilePart, what = 'latent'): LatentTensors {
  const { bytes, file } = part;
  if (isNpy(bytes)) return { named: new Map(), only: parseNpy(part) };
  if (isZip(bytes)) {
    const arrays = parseNpz(part);
    return arrays ? withOnly(arrays) : readTorch(readTorchZip(part, harmlessNames), part);
  }
  if (isTorchStream(bytes)) return readTorch(readTorchStream(part, harmlessNames), part);
  if (looksLikePickle(bytes)) {
    const storage = ({ offset }: PersistentId): never => {
      throw new FormatError('a storage outside the file', { file, offset });
    };
    return readTorch({ ...unpickle(part, harmlessNames), storage }, part);
  }
  if (bytes[8] !== '{'.charCodeAt(0)) {
    const known = 'neither .npy, nor .npz, nor safetensors, nor a PyTorch file (.pt)';
    const found = inItsPlace(bytes, `a ${what}`) ?? `no ${what} that we know: ${known}`;
    throw new FormatError(found, { file, offset: 0 });
  }
  const { tensors, metadata } = parseSafetensors(bytes, file);
  return { named: tensors, metadata };
}

/**
 * A tensor or array, or a dict with some among other things; a checkpoint's one tensor beside its networks is no
 * latent.
 */
function readTorch(pickle: TorchPickle, part: FilePart): LatentTensors {
  if (findGenerator(pickle.value).generator) return { named: new Map() };
  const tensors = new TorchTensors(pickle, part);
  const tensorOf = (value: typeof pickle.value | undefined, name: string) =>
    tensors.tensor(value, name) ??
    numpyArray(value, tensors.bytes, { file: part.file, tensor: name }) ??
    numberList(value);
  const only = tensorOf(pickle.value, 'the only one');
  if (only) return { named: new Map(), only };
  const named = new Map<string, NamedTensor>();
  for (const [name, value] of entriesOf(pickle.value) ?? []) {
    if (typeof name !== 'string') continue;
    // rosinality's projector writes, for each picture, a dict with its image, latent and noise.
    const tensor = tensorOf(value, name) ?? tensorOf(entriesOf(value)?.get('latent'), name);
    if (tensor) named.set(name, tensor);
  }
  return withOnly(named);
}

function withOnly(named: ReadonlyMap<string, NamedTensor>): LatentTensors {
  const [only] = named.values();
  return named.size === 1 ? { named, only } : { named };
}

/**
 * Reads a file, and takes one tensor of it.
 * @param wanted names of tensors: the first of them that is there counts, else the only tensor that there is
 * @throws FormatError where there is none, or as `readLatentTensors`
 */
export function readTensor(
  bytes: Uint8Array,
  wanted: readonly string[],
  file?: string,
): FoundTensor {
  const found = findTensor(readLatentTensors(wholeFile(bytes, file)), wanted);
  if (found) return found;
  throw new FormatError(`no latent: wanted is a tensor ${wanted.join(', ')}`, { file });
}

/** Not the bytes as given: in Node these are a Buffer, whose slice() would share memory. */
export const wholeFile = (bytes: Uint8Array, file?: string): FilePart => ({
  bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  origin: 0,
  file,
});

/** @param wanted as in `readTensor` */
export function findTensor(
  { named, only }: LatentTensors,
  wanted: readonly string[],
): FoundTensor | undefined {
  for (const name of wanted) {
    const tensor = named.get(name);
    if (tensor) return { name, tensor };
  }
  return only && { name: [...named.keys()][0], tensor: only };
}

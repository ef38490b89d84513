import type { FilePart } from '../../../formats/byte_cursor.ts';
import {
  DragganError,
  type FileLocation,
  FormatError,
  InputError,
} from '../../../formats/errors.ts';
import { inItsPlace } from '../../../formats/file_kind.ts';
import { isNpy, parseNpy, writeNpy } from '../../../formats/numpy/npy.ts';
import { isNpz, parseNpz, writeNpz } from '../../../formats/numpy/npz.ts';
import { numpyArray } from '../../../formats/numpy/numpy_array.ts';
import { numberList } from '../../../formats/pickle/number_list.ts';
import { looksLikePickle, unpickle } from '../../../formats/pickle/pickle.ts';
import { harmlessNames } from '../../../formats/pickle/pickle_names.ts';
import { entriesOf, type PersistentId } from '../../../formats/pickle/pickle_values.ts';
import { parseSafetensors, writeSafetensors } from '../../../formats/safetensors.ts';
import {
  elementCount,
  type NamedTensor,
  showShape,
} from '../../../formats/tensors/named_tensors.ts';
import {
  isTorchStream,
  readTorchStream,
  type TorchPickle,
} from '../../../formats/torch/torch_stream.ts';
import { TorchTensors } from '../../../formats/torch/torch_tensor.ts';
import { readTorchZip } from '../../../formats/torch/torch_zip.ts';
import { isZip } from '../../../formats/zip/zip.ts';
import { checkLength, type LatentShape } from '../network/latent_rows.ts';
import { findGenerator } from './generator_search.ts';

/** A format in which a latent is written. */
export type LatentFormat = 'npy' | 'npz' | 'safetensors';

/** Names of the tensor that is read as the latent: the first of them that a file has. */
const names = ['ws0', 'ws', 'w'];

/** The tensors of a latent file. A file that holds one array alone has it under no name. */
interface LatentTensors {
  readonly named: ReadonlyMap<string, NamedTensor>;
  readonly only?: NamedTensor;
}

/** The samples of a file of w or of z, one or more. */
export interface LatentSamples {
  /** How many there are, at least 1. */
  readonly count: number;
  /**
   * The values of one, row-major: num_ws·w_dim of w, z_dim of z.
   * @param index from 0
   * @throws InputError for a sample that there is not; FormatError for values that are not finite
   */
  sample(index: number): Float32Array<ArrayBuffer>;
}

/**
 * Reads a latent, by the file's content and not its name: `.npy`, `.npz`, safetensors, and what `torch.save` wrote of a
 * tensor or a dict of them (zip, legacy or a plain pickle), arrays and lists of numbers too, as the official DragGAN and projectors save theirs. Of several tensors
 * `ws0` counts, else `ws`, else `w`; in a `.npz` and a `.pt` also the only one there is, whatever it is called. Its
 * shape is (…, num_ws, w_dim); `w` and one without such a name may be (…, 1, w_dim) or (w_dim), one row for all.
 * Whatever stands before these two sizes counts samples. Nothing in a pickle is run.
 * @param file its name, for messages
 * @throws FormatError where there is none, or its shape is not the generator's
 */
export function readLatents(
  bytes: Uint8Array,
  { numWs, wDim }: LatentShape,
  file?: string,
): LatentSamples {
  const { name, tensor } = findTensor(bytes, names, file);
  const { shape } = tensor;
  const location = { file, tensor: name };
  const mayBeOneRow = name !== 'ws' && name !== 'ws0';
  const rows = shape.length < 2 && mayBeOneRow ? 1 : (shape.at(-2) ?? 0);
  const fits = shape.at(-1) === wDim && (rows === numWs || (rows === 1 && mayBeOneRow));
  if (!fits || shape.includes(0)) {
    throw new FormatError(
      `shape ${showShape(shape)} found, ${showShape([numWs, wDim])} needed, with any sizes before it`,
      location,
    );
  }
  const { count, sample } = samplesOf(tensor, rows * wDim, location);
  return {
    count,
    sample(index) {
      const values = sample(index);
      if (rows === numWs) return values;
      const ws = new Float32Array(numWs * wDim);
      for (let at = 0; at < ws.length; at += wDim) ws.set(values, at);
      return ws;
    },
  };
}

/**
 * Reads z, what a seed draws, from a file of any of the formats of `readLatents`: a tensor `z`, or the only one there
 * is, of shape (…, z_dim). Whatever stands before z_dim counts samples.
 * @param file its name, for messages
 * @throws FormatError where there is none, or its shape is not the generator's
 */
export const readZ = (bytes: Uint8Array, zDim: number, file?: string): LatentSamples =>
  readVectors(bytes, { name: 'z', length: zDim }, file);

/**
 * Reads the weight of each class, c, as `readZ` reads z: a tensor `c`, or the only one there is, of shape (…, c_dim).
 * @throws FormatError as `readZ`
 */
export const readClassWeights = (bytes: Uint8Array, cDim: number, file?: string): LatentSamples =>
  readVectors(bytes, { name: 'c', length: cDim }, file);

function readVectors(
  bytes: Uint8Array,
  { name: wanted, length }: { readonly name: string; readonly length: number },
  file?: string,
): LatentSamples {
  const { name, tensor } = findTensor(bytes, [wanted], file);
  const { shape } = tensor;
  const location = { file, tensor: name };
  if (shape.at(-1) !== length || shape.includes(0)) {
    throw new FormatError(
      `shape ${showShape(shape)} found, ${showShape([length])} needed, with any sizes before it`,
      location,
    );
  }
  return samplesOf(tensor, length, location);
}

function samplesOf(tensor: NamedTensor, length: number, location: FileLocation): LatentSamples {
  const count = elementCount(tensor.shape) / length;
  return {
    count,
    sample(index) {
      if (index >= count) {
        const { file = 'the file' } = location;
        throw new InputError(
          `${file} has no sample ${index}: it has ${count}, from 0 to ${count - 1}`,
        );
      }
      const values = tensor.data().slice(index * length, (index + 1) * length);
      if (!values.every(Number.isFinite)) throw new FormatError('a value is not finite', location);
      return values;
    },
  };
}

/**
 * The first latent of a file, as `readLatents` reads it.
 * @returns num_ws·w_dim values, row-major
 * @throws FormatError where there is none, or its shape is not the generator's, or it is not finite
 */
export function readLatent(
  bytes: Uint8Array,
  shape: LatentShape,
  file?: string,
): Float32Array<ArrayBuffer> {
  return readLatents(bytes, shape, file).sample(0);
}

/**
 * Tells a latent's file from a model's: true for NumPy's arrays, and for a `.pt` or safetensors file that has a
 * latent's tensor and none of a generator's.
 */
export function isLatent(bytes: Uint8Array): boolean {
  const part = { bytes, origin: 0 };
  try {
    if (isNpy(bytes) || (isZip(bytes) && isNpz(part))) return true;
    const tensors = readTensors(part);
    const isModels = [...tensors.named.keys()].some((name) => /^(G\.)?synthesis\./.test(name));
    return !isModels && find(tensors, names) !== undefined;
  } catch (error) {
    // The model's reader has the better message for a broken file.
    if (error instanceof DragganError) return false;
    throw error;
  }
}

/**
 * Writes a latent as (1, num_ws, w_dim) in f32, as `readLatent` and the programs of Python read it: in a `.npz` under
 * the name `w`, as the official projector does, in safetensors as `ws`.
 * @throws InputError for another length than num_ws · w_dim
 */
export function writeLatent(
  ws: Float32Array,
  { numWs, wDim }: LatentShape,
  format: LatentFormat,
): Uint8Array<ArrayBuffer> {
  checkLength(ws, { numWs, wDim });
  const shape = [1, numWs, wDim];
  if (format === 'npy') return writeNpy(shape, ws);
  if (format === 'npz') return writeNpz('w', shape, ws);
  return writeSafetensors(new Map([['ws', { shape, data: ws }]]));
}

function readTensors(part: FilePart): LatentTensors {
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
    const what = inItsPlace(bytes, 'a latent') ?? `no latent that we know: ${known}`;
    throw new FormatError(what, { file, offset: 0 });
  }
  return { named: parseSafetensors(bytes, file).tensors };
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

/** @param wanted which tensor counts: the first of these that is there, else the only one that there is */
function findTensor(bytes: Uint8Array, wanted: readonly string[], file?: string): FoundTensor {
  // Not the bytes as given: in Node these are a Buffer, whose slice() would share memory.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = find(readTensors({ bytes: plain, origin: 0, file }), wanted);
  if (found) return found;
  throw new FormatError(`no latent: wanted is a tensor ${wanted.join(', ')}`, { file });
}

interface FoundTensor {
  readonly name?: string;
  readonly tensor: NamedTensor;
}

function find({ named, only }: LatentTensors, wanted: readonly string[]): FoundTensor | undefined {
  for (const name of wanted) {
    const tensor = named.get(name);
    if (tensor) return { name, tensor };
  }
  return only && { name: [...named.keys()][0], tensor: only };
}

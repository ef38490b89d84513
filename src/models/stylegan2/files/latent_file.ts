import {
  DragganError,
  type FileLocation,
  FormatError,
  InputError,
} from '../../../formats/errors.ts';
import { isNpy, writeNpy } from '../../../formats/numpy/npy.ts';
import { isNpz, writeNpz } from '../../../formats/numpy/npz.ts';
import { writeSafetensors } from '../../../formats/safetensors.ts';
import {
  elementCount,
  type NamedTensor,
  showShape,
} from '../../../formats/tensors/named_tensors.ts';
import { isZip } from '../../../formats/zip/zip.ts';
import { checkLength, type LatentShape } from '../network/latent_rows.ts';
import { findTensor, readLatentTensors, readTensor } from './latent_tensors.ts';

/** A format in which a latent is written. */
export type LatentFormat = 'npy' | 'npz' | 'safetensors';

/** Names of the tensor that is read as the latent: the first of them that a file has. */
const names = ['ws0', 'ws', 'w'];

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
 * tensor or a dict of them (zip, legacy or a plain pickle), arrays and lists of numbers too, as the official DragGAN
 * and projectors save theirs. Of several tensors `ws0` counts, else `ws`, else `w`; in a `.npz` and a `.pt` also the
 * only one there is, whatever it is called. Its shape is (…, num_ws, w_dim); `w` and one without such a name may be (…, 1, w_dim) or (w_dim), one row for all.
 * Whatever stands before these two sizes counts samples. Nothing in a pickle is run.
 * @param file its name, for messages
 * @throws FormatError where there is none, or its shape is not the generator's
 */
export function readLatents(
  bytes: Uint8Array,
  { numWs, wDim }: LatentShape,
  file?: string,
): LatentSamples {
  const { name, tensor } = readTensor(bytes, names, file);
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
  const { name, tensor } = readTensor(bytes, [wanted], file);
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
    const tensors = readLatentTensors(part);
    const isModels = [...tensors.named.keys()].some((name) => /^(G\.)?synthesis\./.test(name));
    return !isModels && findTensor(tensors, names) !== undefined;
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

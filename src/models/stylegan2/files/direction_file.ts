import { type FileLocation, FormatError, InputError } from '../../../formats/errors.ts';
import { writeNpy } from '../../../formats/numpy/npy.ts';
import { writeNpz } from '../../../formats/numpy/npz.ts';
import { type WritableTensor, writeSafetensors } from '../../../formats/safetensors.ts';
import {
  elementCount,
  type NamedTensor,
  showShape,
} from '../../../formats/tensors/named_tensors.ts';
import type { Directions } from '../network/directions.ts';
import type { LatentShape } from '../network/latent_rows.ts';
import type { LatentFormat } from './latent_file.ts';
import { findTensor, type LatentTensors, readLatentTensors, wholeFile } from './latent_tensors.ts';

/**
 * Names of the tensor that is read as directions: the first of them that a file has. `lat_comp` is GANSpace's, whose
 * components are of w.
 */
const names = ['directions', 'direction', 'boundary', 'lat_comp', 'ws0', 'ws', 'w'];
/** Under this name rosinality's closed-form factorisation has its directions, as columns. */
const columns = 'eigvec';

/** The directions of a file, one or more. */
export interface DirectionFile {
  /** How many there are, at least 1. */
  readonly count: number;
  /** What they are called, in their order, where the file says it. */
  readonly names?: readonly string[];
  /**
   * One of them.
   * @param index from 0
   * @throws InputError for one that there is not; FormatError for values that are not finite
   */
  direction(index: number): Direction;
}

/** A direction of ws. */
export interface Direction {
  /** (num_ws, w_dim), row-major. */
  readonly values: Float32Array<ArrayBuffer>;
  /** True where it is one row for all. */
  readonly isOneRow: boolean;
  /** How far w goes along it by one standard deviation, where the file says it. */
  readonly deviation?: number;
}

/**
 * Reads directions from whatever a latent is read from: (w_dim), or any number of them (count, w_dim) or (count, 1,
 * w_dim), each for all rows of ws, as `draggan directions`, InterFaceGAN (a boundary), GANSpace and rosinality write
 * them; or with rows of their own (num_ws, w_dim) or (count, num_ws, w_dim), as a latent is.
 * @param file its name, for messages
 * @throws FormatError where there is none, or its shape is not the generator's
 */
export function readDirections(
  bytes: Uint8Array,
  shape: LatentShape,
  file?: string,
): DirectionFile {
  const found = readLatentTensors(wholeFile(bytes, file), 'direction');
  const { name, tensor } = tensorOf(found, file);
  const location = { file, tensor: name };
  const { count, rows } = layoutOf(tensor, name, shape, location);
  const length = rows * shape.wDim;
  const known = found.metadata?.names?.split(' ').filter((text) => text !== '');
  const deviations = name === 'directions' ? found.named.get('deviations') : undefined;
  return {
    count,
    names: known?.length === count ? known : undefined,
    direction(index) {
      if (index >= count)
        throw new InputError(
          `${file ?? 'the file'} has no direction ${index}: it has ${count}, from 0 to ${count - 1}`,
        );
      const all = tensor.data();
      const one =
        name === columns
          ? Float32Array.from({ length }, (_, i) => all[i * count + index])
          : all.slice(index * length, (index + 1) * length);
      if (!one.every(Number.isFinite)) throw new FormatError('a value is not finite', location);
      const values = new Float32Array(shape.numWs * shape.wDim);
      for (let at = 0; at < values.length; at += length) values.set(one, at);
      const isOneRow = rows === 1 && shape.numWs > 1;
      return { values, isOneRow, deviation: deviations?.data()[index] };
    },
  };
}

function tensorOf(found: LatentTensors, file?: string) {
  const wanted = findTensor(found, found.named.has(columns) ? [columns] : names);
  if (wanted) return wanted;
  throw new FormatError(`no direction: wanted is a tensor ${names.join(', ')}`, { file });
}

/** How many directions a tensor has, and how many rows each. */
function layoutOf(
  { shape }: NamedTensor,
  name: string | undefined,
  { numWs, wDim }: LatentShape,
  location: FileLocation,
): { count: number; rows: number } {
  const values = elementCount(shape);
  if (name === columns && shape.length === 2 && shape[0] === wDim && values > 0)
    return { count: shape[1], rows: 1 };
  const isList = name === 'directions';
  const rows = shape.at(-2) ?? 1;
  // Two sizes are a latent's rows where there are so many, unless the name says that they are a list.
  const ownRows = rows === numWs && numWs > 1 && !(isList && shape.length === 2);
  const fits = shape.at(-1) === wDim && values > 0;
  if (fits && ownRows) return { count: values / (numWs * wDim), rows: numWs };
  if (fits && (shape.length <= 2 || rows === 1)) return { count: values / wDim, rows: 1 };
  throw new FormatError(
    `shape ${showShape(shape)} found, ${showShape([wDim])} for all rows or ${showShape([numWs, wDim])} needed, with any sizes before it`,
    location,
  );
}

/**
 * Writes directions as (count, w_dim), in f32. Their deviations and names are kept in safetensors alone.
 * @param about what the safetensors file says besides
 */
export function writeDirections(
  { wDim, vectors, deviations, names: called }: Directions,
  format: LatentFormat,
  about: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const count = vectors.length / wDim;
  const shape = [count, wDim];
  if (format === 'npy') return writeNpy(shape, vectors);
  if (format === 'npz') return writeNpz('directions', shape, vectors);
  const tensors = new Map<string, WritableTensor>([['directions', { shape, data: vectors }]]);
  if (deviations) tensors.set('deviations', { shape: [count], data: deviations });
  return writeSafetensors(tensors, called ? { ...about, names: called.join(' ') } : about);
}

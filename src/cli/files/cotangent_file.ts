import { FormatError } from '../../formats/errors.ts';
import { elementCount, showShape } from '../../formats/tensors/named_tensors.ts';
import type { NetworkOutput } from '../../models/stylegan2/network/outputs.ts';
import { readTensorFile } from '../../node/files/input_file.ts';

/**
 * Reads a cotangent, along which a gradient is taken, from a safetensors file: the tensor `cotangent`, else
 * `image_cotangent` where the gradient is an image's and `feature_cotangent` where it is a feature's.
 * @param of what the gradient is of
 * @throws InputError, FormatError
 */
export async function readCotangent(
  path: string,
  { tensor: of, kind, shape }: NetworkOutput,
): Promise<Float32Array> {
  const { tensors } = await readTensorFile(path);
  const names = ['cotangent', kind === 'image' ? 'image_cotangent' : 'feature_cotangent'];
  const name = names.find((candidate) => tensors.has(candidate));
  const tensor = name === undefined ? undefined : tensors.get(name);
  if (!tensor) {
    throw new FormatError(`no cotangent: wanted is a tensor ${names.join(' or ')}`, { file: path });
  }
  const location = { file: path, tensor: name };
  const found = [
    ...Array(Math.max(0, shape.length - tensor.shape.length)).fill(1),
    ...tensor.shape,
  ];
  if (found.length !== shape.length || found.some((size, axis) => size !== shape[axis])) {
    throw new FormatError(
      `shape ${showShape(tensor.shape)} found, ${showShape(shape)} needed, that of ${of}`,
      location,
    );
  }
  const values = tensor.data();
  if (values.length !== elementCount(shape) || !values.every(Number.isFinite)) {
    throw new FormatError('a value is not finite', location);
  }
  return values;
}

import { FormatError, InputError } from '../../formats/errors.ts';
import { parseSafetensors } from '../../formats/safetensors.ts';
import { showShape } from '../../formats/tensors/named_tensors.ts';
import { readInput } from '../../node/files/input_file.ts';
import { decodeMaskPng, isPng } from '../../node/files/png_file.ts';

/**
 * Reads a mask: a PNG of the image's size (white must stay), or a safetensors file's tensor `mask` (side, side) with
 * values from 0 to 1 (1 must stay; cut at half).
 * @returns side·side values, row-major, 1 where the image must stay, else 0
 * @throws FormatError, InputError
 */
export async function readMask(path: string, side: number): Promise<Uint8Array> {
  const bytes = await readInput(path);
  if (isPng(bytes) || /\.png$/i.test(path)) return decodeMaskPng(bytes, side, path);
  const location = { file: path, tensor: 'mask' };
  const tensor = parseSafetensors(bytes, path).tensors.get('mask');
  if (!tensor) throw new FormatError('missing', location);
  const [width, height] = [tensor.shape.at(-1), tensor.shape.at(-2)];
  const leading = tensor.shape.slice(0, -2);
  if (width !== side || height !== side || leading.some((size) => size !== 1)) {
    throw new InputError(
      `${path}: tensor mask: shape ${showShape(tensor.shape)} found, ${showShape([side, side])} needed`,
      { option: 'mask' },
    );
  }
  const mask = tensor.data();
  if (!mask.every((value) => value >= 0 && value <= 1)) {
    throw new FormatError('a value that is not from 0 to 1', location);
  }
  return Uint8Array.from(mask, (value) => (value >= 0.5 ? 1 : 0));
}

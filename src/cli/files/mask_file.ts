import { FormatError, InputError } from '../../formats/errors.ts';
import { type NamedTensor, showShape } from '../../formats/tensors/named_tensors.ts';
import {
  findTensor,
  readLatentTensors,
  wholeFile,
} from '../../models/stylegan2/files/latent_tensors.ts';
import { readInput } from '../../node/files/input_file.ts';
import { openPicture } from '../../node/files/picture_decoding.ts';
import { isPicture, pictureFormat } from '../../node/files/picture_format.ts';
import type { FrameSize } from '../../node/files/picture_part.ts';
import type { CommandLine } from '../options/arguments.ts';

/** How much of each pixel must stay, from 0 to 1, row by row. */
interface Levels extends FrameSize {
  readonly values: ArrayLike<number>;
}

/**
 * Reads a mask, whatever its file is: a picture (white must stay; what is transparent counts as black), or an array of
 * (height, width), with or without channels, as NumPy or PyTorch saved it or as a safetensors file's tensor `mask`, whose
 * values are 0 and 1, whole numbers from 0 to 255, or fractions. It is cut at half. A mask of a whole multiple of the image's size is averaged to it.
 * @param size pixels of the image
 * @param path the file's
 * @returns height·width values, row-major, 1 where the image must stay, else 0
 * @throws FormatError for a file that is broken, or holds other values
 * @throws InputError for a mask of another size, or a file that is none
 */
export async function readMask(path: string, size: FrameSize): Promise<Uint8Array> {
  const bytes = await readInput(path);
  if (isPicture(bytes) || /\.(png|jpe?g|webp|tiff?|avif|heic|gif|bmp)$/i.test(path))
    return cut(await pictureLevels(bytes, path, size), size);
  const tensors = readLatentTensors(wholeFile(bytes, path), 'mask');
  const found = findTensor(tensors, ['mask']);
  if (!found) throw new FormatError('missing', { file: path, tensor: 'mask' });
  const name = found.name === undefined ? path : `${path}: tensor ${found.name}`;
  return cut(arrayLevels(found.tensor, name, size), size);
}

/**
 * The mask that `--mask` names, turned round where `--mask-invert` is given.
 * @returns null where there is none
 * @throws FormatError, InputError as `readMask`; InputError for `--mask-invert` alone
 */
export async function parseMask(line: CommandLine, size: FrameSize): Promise<Uint8Array | null> {
  const path = line.text('mask');
  const inverted = line.flag('mask-invert');
  if (path === undefined) {
    if (inverted) throw new InputError('has no meaning without --mask', { option: 'mask-invert' });
    return null;
  }
  const mask = await readMask(path, size);
  return inverted ? mask.map((stays) => 1 - stays) : mask;
}

async function pictureLevels(bytes: Uint8Array, path: string, size: FrameSize): Promise<Levels> {
  const picture = await openPicture(bytes, pictureFormat(bytes, path, 'mask'), path);
  if (!isMultiple(picture, size))
    throw new InputError(
      `${path} is ${picture.width} × ${picture.height} pixels, the image is ${size.width} × ${size.height}`,
      { option: 'mask' },
    );
  const { width, height, channels, data } = await picture.decode((upright) => upright);
  const values = new Float64Array(width * height);
  for (let i = 0; i < values.length; i++) {
    const [red = 0, green = 0, blue = 0, alpha = 255] = data.subarray(
      channels * i,
      channels * i + channels,
    );
    values[i] = ((red + green + blue) / 3 / 255) * (alpha / 255);
  }
  return { width, height, values };
}

/** @param name for messages */
function arrayLevels(array: NamedTensor, name: string, size: FrameSize): Levels {
  const { height, width, channels } = layoutOf(array.shape);
  if (channels === undefined || !isMultiple({ width, height }, size)) {
    const wanted = showShape([size.height, size.width]);
    throw new InputError(`${name}: shape ${showShape(array.shape)} found, ${wanted} needed`, {
      option: 'mask',
    });
  }
  const values = array.data();
  const unit = unitOf(values);
  if (!values.every((value) => value >= 0 && value <= unit)) {
    const range = wholeNumbers.test(array.dtype) ? '0 to 255' : '0 to 1';
    throw new FormatError(`${name}: a value that is not from ${range}`);
  }
  const alphas = channels % 2 === 0;
  const colours = alphas ? channels - 1 : channels;
  const levels = new Float64Array(width * height);
  for (let i = 0; i < levels.length; i++) {
    let sum = 0;
    for (let c = 0; c < colours; c++) sum += values[channels * i + c] / unit / colours;
    levels[i] = alphas ? (sum * values[channels * i + colours]) / unit : sum;
  }
  return { width, height, values: levels };
}

/** The value that stands for 1: whole numbers above 1 are bytes, however they are stored; others are fractions. */
function unitOf(values: Float32Array): number {
  const most = values.reduce((highest, value) => Math.max(highest, value), 0);
  return most > 1 && values.every((value) => Number.isInteger(value)) ? 255 : 1;
}

const wholeNumbers = /^[UI]\d/;

/**
 * Height, width and channels of an array: without leading sizes of one, and with one to four channels, if any, at its
 * end. No channels where it is no picture.
 */
function layoutOf(shape: readonly number[]): FrameSize & { readonly channels?: number } {
  let sizes = [...shape];
  while (sizes.length > 2 && sizes[0] === 1) sizes = sizes.slice(1);
  const [height = 0, width = 0, channels = 1, ...rest] = sizes;
  const fits = rest.length === 0 && channels >= 1 && channels <= 4;
  return { height, width, channels: fits ? channels : undefined };
}

const isMultiple = (mask: FrameSize, { width, height }: FrameSize): boolean =>
  mask.width > 0 && mask.width % width === 0 && mask.width / width === mask.height / height;

/** Averages over the pixels of the mask that lie in one of the image, and cuts at half. */
function cut(mask: Levels, { width, height }: FrameSize): Uint8Array {
  const scale = mask.width / width;
  const sums = new Float64Array(width * height);
  for (let y = 0; y < mask.height; y++)
    for (let x = 0; x < mask.width; x++)
      sums[Math.floor(y / scale) * width + Math.floor(x / scale)] +=
        mask.values[y * mask.width + x];
  return Uint8Array.from(sums, (sum) => (sum >= scale ** 2 / 2 ? 1 : 0));
}

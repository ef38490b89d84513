import { stat } from 'node:fs/promises';
import { InputError } from '../../formats/errors.ts';
import {
  type LatentFormat,
  type LatentSamples,
  readClassWeights,
  readLatents,
  readZ,
  writeLatent,
} from '../../models/stylegan2/files/latent_file.ts';
import type { LatentShape } from '../../models/stylegan2/network/latent_rows.ts';
import { readInput } from '../../node/files/input_file.ts';
import type { CommandLine } from '../options/arguments.ts';
import { prepareOutput } from './atomic_file.ts';

const formats: readonly LatentFormat[] = ['npy', 'npz', 'safetensors'];

/**
 * Reads a latent of any format.
 * @param path a file's; `FILE#2` names its third latent
 * @param say called with a line if the first of several latents is taken
 * @returns num_ws·w_dim values, row-major
 * @throws InputError, FormatError
 */
export const readLatentFile = (
  path: string,
  shape: LatentShape,
  say: (line: string) => void,
): Promise<Float32Array> => readSample(path, (bytes, file) => readLatents(bytes, shape, file), say);

/**
 * Reads z, what a seed draws, as `readLatentFile` reads w.
 * @returns z_dim values
 * @throws InputError, FormatError
 */
export const readZFile = (
  path: string,
  zDim: number,
  say: (line: string) => void,
): Promise<Float32Array> => readSample(path, (bytes, file) => readZ(bytes, zDim, file), say);

/**
 * Reads the weight of each class as `readZFile` reads z.
 * @returns c_dim values
 * @throws InputError, FormatError
 */
export const readClassFile = (
  path: string,
  cDim: number,
  say: (line: string) => void,
): Promise<Float32Array> =>
  readSample(path, (bytes, file) => readClassWeights(bytes, cDim, file), say);

async function readSample(
  path: string,
  read: (bytes: Uint8Array, file: string) => LatentSamples,
  say: (line: string) => void,
): Promise<Float32Array> {
  const { file, index } = await sampleOf(path);
  const { count, sample } = read(await readInput(file), file);
  if (index === undefined && count > 1)
    say(`${file} has ${count} latents; the first is taken, as ${file}#0 would be`);
  return sample(index ?? 0);
}

/** The file, and which of its samples. If a file exists under the whole name, `#` included, that file is meant. */
async function sampleOf(path: string): Promise<{ file: string; index?: number }> {
  const { file, part } = await partOf(path, /\d{1,9}/);
  return part === undefined ? { file } : { file, index: Number(part) };
}

/**
 * The file of `FILE#PART`, and which part. If a file exists under the whole name, `#` included, that file is meant.
 * @param parts what a part may be
 */
export async function partOf(
  path: string,
  parts: RegExp,
): Promise<{ file: string; part?: string }> {
  const [, file, part] = new RegExp(`^(.+)#(${parts.source})$`).exec(path) ?? [];
  if (file === undefined || part === undefined) return { file: path };
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isThere ? { file: path } : { file, part };
}

/** A latent that will be written at the end. */
export interface LatentOutput {
  write(ws: Float32Array, shape: LatentShape): Promise<void>;
}

/**
 * Checks that a latent can be written. The format follows from the name's ending.
 * @param option the option that named it
 * @throws InputError for another ending, or a file that cannot be written
 */
export async function prepareLatentOutput(path: string, option: string): Promise<LatentOutput> {
  const format = latentFormat(path, option);
  const out = await prepareOutput(path, option);
  return { write: (ws, shape) => out.write(writeLatent(ws, shape, format)) };
}

/** The format that a name's ending asks for. @throws InputError for another ending */
export function latentFormat(path: string, option: string): LatentFormat {
  const format = formats.find((known) => path.toLowerCase().endsWith(`.${known}`));
  if (format) return format;
  const endings = formats.map((known) => `.${known}`).join(', ');
  throw new InputError(`${path}: what format? its name should end in ${endings}`, { option });
}

/** The latent file that an option names, if it is given. @throws InputError as `prepareLatentOutput` */
export async function optionalLatentOutput(
  line: CommandLine,
  option: string,
): Promise<LatentOutput | undefined> {
  const path = line.text(option);
  return path === undefined ? undefined : prepareLatentOutput(path, option);
}

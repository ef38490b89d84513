import { InputError } from '../../formats/errors.ts';
import {
  type LatentFormat,
  type LatentShape,
  readLatent,
  writeLatent,
} from '../../models/stylegan2/files/latent_file.ts';
import { readInput } from '../../node/files/input_file.ts';
import type { CommandLine } from '../options/arguments.ts';
import { prepareOutput } from './atomic_file.ts';

const formats: readonly LatentFormat[] = ['npy', 'npz', 'safetensors'];

/**
 * Reads a latent of any format.
 * @returns num_ws·w_dim values, row-major
 * @throws InputError, FormatError
 */
export async function readLatentFile(path: string, shape: LatentShape): Promise<Float32Array> {
  return readLatent(await readInput(path), shape, path);
}

/** A latent that will be written at the end. */
export interface LatentOutput {
  write(ws: Float32Array, shape: LatentShape): Promise<void>;
}

/**
 * Checks that a latent can be written. The name's ending says the format.
 * @param option the option that named it
 * @throws InputError for another ending, or a file that cannot be written
 */
export async function prepareLatentOutput(path: string, option: string): Promise<LatentOutput> {
  const format = formats.find((known) => path.toLowerCase().endsWith(`.${known}`));
  if (!format) {
    const endings = formats.map((known) => `.${known}`).join(', ');
    throw new InputError(`${path}: what format? its name should end in ${endings}`, { option });
  }
  const out = await prepareOutput(path, option);
  return { write: (ws, shape) => out.write(writeLatent(ws, shape, format)) };
}

/** The latent that an option names, if it is there. @throws InputError as `prepareLatentOutput` */
export async function optionalLatentOutput(
  line: CommandLine,
  option: string,
): Promise<LatentOutput | undefined> {
  const path = line.text(option);
  return path === undefined ? undefined : prepareLatentOutput(path, option);
}

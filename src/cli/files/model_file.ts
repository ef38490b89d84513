import { FormatError } from '../../formats/errors.ts';
import type { TensorFile } from '../../formats/tensors/named_tensors.ts';
import {
  applyWeightDelta,
  type FineTunedWeights,
  isWeightDelta,
} from '../../inversion/weight_delta.ts';
import { parseModelFile } from '../../models/stylegan2/files/model_file.ts';
import { lacksNoiseMaps, withRandomNoise } from '../../models/stylegan2/files/random_noise.ts';
import type { GeneratorConfig } from '../../models/stylegan2/network/config.ts';
import { readGenerator } from '../../models/stylegan2/network/weights.ts';
import { readInput } from '../../node/files/input_file.ts';

/** A model's file, checked, before any device is opened. */
export interface ModelFile {
  /** Bytes of the whole file. */
  length: number;
  file: TensorFile;
  weights: FineTunedWeights;
  config: GeneratorConfig;
  /** What a person should know of how it was read, a line each. */
  notes: readonly string[];
}

/** How a model is read. */
export interface ModelReading {
  /** Path of a weight delta, as `draggan invert` saves it, to add to the weights. */
  readonly delta?: string;
  /** Seed of noise maps that take the place of the file's. */
  readonly noiseSeed?: number;
}

/**
 * Reads a model of any format.
 * @throws InputError, FormatError, UnsupportedModelError
 */
export async function readModelFile(
  path: string,
  { delta, noiseSeed }: ModelReading = {},
): Promise<ModelFile> {
  const model = checkModelFile(await readInput(path), path, noiseSeed);
  if (delta === undefined) return model;
  const weights = await applyWeightDelta(model.weights, await readInput(delta), delta);
  return { ...model, weights };
}

/** @param path names the bytes in errors @throws FormatError, UnsupportedModelError */
export function checkModelFile(bytes: Uint8Array, path: string, noiseSeed?: number): ModelFile {
  const parsed = parseModelFile(bytes, path);
  if (isWeightDelta(parsed))
    throw new FormatError('a weight delta, not a model: name its model, and this file as --delta', {
      file: path,
    });
  const file = noiseSeed === undefined ? parsed : withRandomNoise(parsed, noiseSeed);
  const weights = readGenerator(file);
  const notes = [...(file.notes ?? [])];
  if (lacksNoiseMaps(file))
    notes.push('the file has no noise maps: no noise is added (--noise random makes some)');
  return { length: bytes.length, file, weights, config: weights.config, notes };
}

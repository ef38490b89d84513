import { FormatError } from '../../formats/errors.ts';
import type { TensorFile } from '../../formats/tensors/named_tensors.ts';
import {
  applyWeightDelta,
  type FineTunedWeights,
  isWeightDelta,
} from '../../inversion/weight_delta.ts';
import { parseModelFile } from '../../models/stylegan2/files/model_file.ts';
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
}

/**
 * Reads a model of any format.
 * @param delta path of a weight delta, as `draggan invert` saves it, to add to the weights
 * @throws InputError, FormatError, UnsupportedModelError
 */
export async function readModelFile(path: string, delta?: string): Promise<ModelFile> {
  const model = checkModelFile(await readInput(path), path);
  if (delta === undefined) return model;
  const weights = await applyWeightDelta(model.weights, await readInput(delta), delta);
  return { ...model, weights };
}

/** @param path names the bytes in errors @throws FormatError, UnsupportedModelError */
export function checkModelFile(bytes: Uint8Array, path: string): ModelFile {
  const file = parseModelFile(bytes, path);
  if (isWeightDelta(file))
    throw new FormatError('a weight delta, not a model: name its model, and this file as --delta', {
      file: path,
    });
  const weights = readGenerator(file);
  return { length: bytes.length, file, weights, config: weights.config };
}

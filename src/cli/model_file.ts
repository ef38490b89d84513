import type { TensorFile } from '../formats/named_tensors.ts';
import type { GeneratorConfig } from '../stylegan2/config.ts';
import { parseModelFile } from '../stylegan2/model_file.ts';
import { type GeneratorWeights, readGenerator } from '../stylegan2/weights.ts';
import { readInput } from './input_file.ts';

/** A model's file, checked, before any device is opened. */
export interface ModelFile {
  /** Bytes of the whole file. */
  length: number;
  file: TensorFile;
  weights: GeneratorWeights;
  config: GeneratorConfig;
}

/** Reads a model of any format. @throws InputError, FormatError, UnsupportedModelError */
export async function readModelFile(path: string): Promise<ModelFile> {
  return checkModelFile(await readInput(path), path);
}

/** @param path names the bytes in errors @throws FormatError, UnsupportedModelError */
export function checkModelFile(bytes: Uint8Array, path: string): ModelFile {
  const file = parseModelFile(bytes, path);
  const weights = readGenerator(file);
  return { length: bytes.length, file, weights, config: weights.config };
}

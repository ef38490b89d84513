import { parseSafetensors } from '../formats/safetensors.ts';
import type { GeneratorConfig } from '../stylegan2/config.ts';
import { readGenerator } from '../stylegan2/weights.ts';
import { readInput } from './input_file.ts';

/** A model's file, checked, before any device is opened. */
export interface ModelFile {
  path: string;
  bytes: Uint8Array;
  format: string;
  config: GeneratorConfig;
}

/** @throws InputError, FormatError, UnsupportedModelError */
export async function readModelFile(path: string): Promise<ModelFile> {
  return parseModelFile(await readInput(path), path);
}

/** @param path names the bytes in errors @throws FormatError, UnsupportedModelError */
export function parseModelFile(bytes: Uint8Array, path: string): ModelFile {
  const file = parseSafetensors(bytes, path);
  return { path, bytes, format: file.format, config: readGenerator(file).config };
}

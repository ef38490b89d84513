import { mkdirSync, writeFileSync } from 'node:fs';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import {
  type RandomGeneratorShape,
  randomGenerator,
} from '../../src/models/stylegan2/network/random.ts';
import { output } from './built_page.ts';

/** Writes a network of random weights as a person's file. @returns its path */
export function writeRandomModel(name: string, shape: RandomGeneratorShape): string {
  const { tensors, metadata } = randomGenerator(shape);
  mkdirSync(output, { recursive: true });
  const path = `${output}/${name}`;
  writeFileSync(path, writeSafetensors(tensors, metadata));
  return path;
}

import { writeSafetensors } from '../formats/safetensors.ts';
import type { NamedTensor } from '../formats/tensors/named_tensors.ts';
import { type RandomGeneratorShape, randomGenerator } from '../models/stylegan2/network/random.ts';
import { type GeneratorWeights, readGenerator } from '../models/stylegan2/network/weights.ts';

/** Sides of the official networks that are benched. */
export const officialSides = [128, 256, 512, 1024] as const;
export type OfficialSide = (typeof officialSides)[number];

/**
 * The official configurations: below 512² with half the channels. Source: Karras et al. 2020 (ADA), appendix C.
 */
export const officialShape = (resolution: OfficialSide): RandomGeneratorShape => ({
  resolution,
  channelBase: resolution < 512 ? 16384 : 32768,
  channelMax: 512,
  wDim: 512,
  zDim: 512,
  mappingLayers: 8,
  seed: 1,
});

/** A network of random weights in memory. Its pictures mean nothing, its arithmetic is a trained one's. */
export function randomWeights(shape: RandomGeneratorShape): GeneratorWeights {
  const { tensors, metadata } = randomGenerator(shape);
  const named = [...tensors].map(([name, { shape: sizes, data }]): [string, NamedTensor] => [
    name,
    { shape: sizes, dtype: 'F32', data: () => data },
  ]);
  return readGenerator({ tensors: new Map(named), metadata, format: 'memory' });
}

/** An official network with random weights, as the bytes of a file. */
export function randomModelBytes(side: OfficialSide): Uint8Array {
  const { tensors, metadata } = randomGenerator(officialShape(side));
  return writeSafetensors(tensors, metadata);
}

import { InputError } from '../formats/errors.ts';
import type { WritableTensor } from '../formats/safetensors.ts';
import type { Generator } from '../models/stylegan2/device/generator.ts';
import { blockSize } from '../models/stylegan2/network/config.ts';
import {
  type ConvolutionLayer,
  convolutionLayers,
  layerName,
} from '../models/stylegan2/network/layers.ts';

/**
 * Maps that layers add to their features, times their strengths: (height · width) by official name, `….noise_const`.
 */
export type NoiseMaps = ReadonlyMap<string, Float32Array<ArrayBuffer>>;

/** The official name of a layer's noise map. */
export const mapName = (layer: ConvolutionLayer): string => `${layerName(layer)}.noise_const`;

/** The layers that add noise. Those whose strength is zero do not. */
export const noisyLayers = ({ config, store }: Generator): ConvolutionLayer[] =>
  convolutionLayers(config).filter((layer) => store.find(`${layerName(layer)}.noise_strength`));

/** A network's own maps; none where it adds no noise. */
export async function noiseMaps(generator: Generator): Promise<NoiseMaps> {
  const maps = new Map<string, Float32Array<ArrayBuffer>>();
  for (const layer of noisyLayers(generator)) {
    const [strength] = await generator.store.read(`${layerName(layer)}.noise_strength`);
    const noise = await generator.store.read(`${layerName(layer)}.noise`);
    maps.set(
      mapName(layer),
      noise.map((value) => value / strength),
    );
  }
  return maps;
}

/** @throws InputError for maps that are not those of the network's layers with noise, or hold no finite numbers */
export function checkNoise(generator: Generator, maps: NoiseMaps): void {
  const layers = noisyLayers(generator);
  const names = layers.map(mapName);
  const unknown = [...maps.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) throw new InputError(`the model has no ${unknown} that counts`);
  for (const [k, { block }] of layers.entries()) {
    const { height, width } = blockSize(generator.config, block);
    const map = maps.get(names[k]);
    if (map?.length !== height * width || !map.every(Number.isFinite))
      throw new InputError(`${names[k]} has to be ${height} × ${width} finite numbers`);
  }
}

/** Maps minus the network's own, as `writeWeightDelta` takes changes. */
export async function noiseChanges(
  generator: Generator,
  maps: NoiseMaps,
): Promise<Map<string, WritableTensor>> {
  const changes = new Map<string, WritableTensor>();
  if (maps.size === 0) return changes;
  const own = await noiseMaps(generator);
  for (const layer of noisyLayers(generator)) {
    const name = mapName(layer);
    const found = maps.get(name);
    const before = own.get(name);
    if (!found || !before) continue;
    const { height, width } = blockSize(generator.config, layer.block);
    changes.set(name, { shape: [height, width], data: found.map((value, i) => value - before[i]) });
  }
  return changes;
}

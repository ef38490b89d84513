import { blockSize, blocksOf, type GeneratorConfig } from './config.ts';
import { type ConvolutionLayer, channelsOf, layerName } from './layers.ts';

/** What a tensor is to the network, which says how a device stores it. */
export type TensorUse =
  /** A bias, or the average w. */
  | { readonly use: 'vector' }
  /** The weights of a fully-connected layer, the affine ones of the styles among them. */
  | { readonly use: 'matrix' }
  /** The weights of a layer's 3 × 3 convolution. */
  | { readonly use: 'convolution'; readonly layer: ConvolutionLayer }
  /** The weights of a toRGB layer's 1 × 1 convolution. */
  | { readonly use: 'rgb' }
  /** The map that the network starts from. */
  | { readonly use: 'constant' }
  /** A layer's noise, or its strength. */
  | { readonly use: 'noise' };

/** A tensor of a generator, as its file has it. */
export type OfficialTensor = TensorUse & {
  readonly shape: readonly number[];
  /** True if it is learned, as opposed to a buffer such as the noise or the average w. */
  readonly learned: boolean;
};

/**
 * Every tensor of a generator with its official name and shape, in the order in which the network reads them.
 * @param present the names that the file has: a layer's noise and the average w are expected only if the file has them
 */
export function officialTensors(
  config: Omit<GeneratorConfig, 'parameters'>,
  present: { has(name: string): boolean },
): Map<string, OfficialTensor> {
  const { constant, imgChannels, zDim, cDim, wDim, mappingLayers } = config;
  const tensors = new Map<string, OfficialTensor>();
  const learned = (name: string, use: TensorUse, ...shape: number[]) =>
    tensors.set(name, { ...use, shape, learned: true });
  const buffer = (name: string, use: TensorUse, ...shape: number[]) =>
    tensors.set(name, { ...use, shape, learned: false });
  const fullyConnected = (name: string, outputs: number, inputs: number) => {
    learned(`${name}.weight`, matrix, outputs, inputs);
    learned(`${name}.bias`, vector, outputs);
  };
  const convolution = (layer: ConvolutionLayer, inputs: number, outputs: number) => {
    const name = layerName(layer);
    fullyConnected(`${name}.affine`, inputs, wDim);
    learned(`${name}.weight`, { use: 'convolution', layer }, outputs, inputs, 3, 3);
    learned(`${name}.bias`, vector, outputs);
    if (present.has(`${name}.noise_const`) && present.has(`${name}.noise_strength`)) {
      const { height, width } = blockSize(config, layer.block);
      buffer(`${name}.noise_const`, noise, height, width);
      learned(`${name}.noise_strength`, noise, 1);
    }
  };

  if (config.truncates) buffer('mapping.w_avg', vector, wDim);
  if (cDim > 0) fullyConnected('mapping.embed', wDim, cDim);
  for (let layer = 0; layer < mappingLayers; layer++) {
    const inputs = layer > 0 ? wDim : zDim + (cDim > 0 ? wDim : 0);
    fullyConnected(`mapping.fc${layer}`, wDim, inputs);
  }
  for (const block of blocksOf(config)) {
    const name = `synthesis.b${block}`;
    const outputs = channelsOf(config, block);
    if (block === 4)
      learned(`${name}.const`, { use: 'constant' }, outputs, constant.height, constant.width);
    else convolution({ block, layer: 'conv0' }, channelsOf(config, block / 2), outputs);
    convolution({ block, layer: 'conv1' }, outputs, outputs);
    fullyConnected(`${name}.torgb.affine`, outputs, wDim);
    learned(`${name}.torgb.weight`, { use: 'rgb' }, imgChannels, outputs, 1, 1);
    learned(`${name}.torgb.bias`, vector, imgChannels);
  }
  return tensors;
}

const vector = { use: 'vector' } as const;
const matrix = { use: 'matrix' } as const;
const noise = { use: 'noise' } as const;

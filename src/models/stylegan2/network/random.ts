import { blockSize, blocksUpTo, type GeneratorConfig } from './config.ts';

export interface RandomGeneratorShape {
  /** The last block: the image's side where the constant is 4 × 4. */
  readonly resolution: number;
  /** Size of the constant, in cells; 4 × 4 by default. */
  readonly constant?: GeneratorConfig['constant'];
  /** Colour channels of the image; 3 by default. */
  readonly imgChannels?: number;
  /** Channels of block r are min(channelBase / r, channelMax). */
  readonly channelBase: number;
  readonly channelMax: number;
  readonly wDim: number;
  readonly zDim: number;
  readonly mappingLayers: number;
  readonly seed: number;
}

interface Values {
  shape: number[];
  data: Float32Array;
}

/**
 * A generator as it is before training: weights from a normal distribution, official names and shapes. Its images mean
 * nothing; its times and its arithmetic are those of a trained one.
 */
export function randomGenerator(shape: RandomGeneratorShape): {
  tensors: Map<string, Values>;
  metadata: Record<string, string>;
} {
  const { resolution, channelBase, channelMax, wDim, zDim, mappingLayers } = shape;
  const { constant = { height: 4, width: 4 }, imgChannels = 3 } = shape;
  const normal = normalSource(shape.seed);
  const tensors = new Map<string, Values>();
  const add = (name: string, sizes: number[], deviation: number, mean = 0) => {
    const data = new Float32Array(sizes.reduce((a, b) => a * b, 1));
    for (let i = 0; i < data.length; i++)
      data[i] = mean + (deviation === 0 ? 0 : deviation * normal());
    tensors.set(name, { shape: sizes, data });
  };
  const affine = (layer: string, inputs: number) => {
    add(`${layer}.affine.weight`, [inputs, wDim], 1);
    add(`${layer}.affine.bias`, [inputs], 0, 1);
  };
  const convolution = (layer: string, inputs: number, outputs: number, r: number) => {
    add(`${layer}.weight`, [outputs, inputs, 3, 3], 1);
    add(`${layer}.bias`, [outputs], 0.1);
    const { height, width } = blockSize({ constant }, r);
    add(`${layer}.noise_const`, [height, width], 1);
    add(`${layer}.noise_strength`, [1], 0, 0.1);
    affine(layer, inputs);
  };
  for (let layer = 0; layer < mappingLayers; layer++) {
    // The multiplier 0.01 of the mapping network scales these back.
    add(`mapping.fc${layer}.weight`, [wDim, layer === 0 ? zDim : wDim], 100);
    add(`mapping.fc${layer}.bias`, [wDim], 0);
  }
  add('mapping.w_avg', [wDim], 0);
  const channels = (r: number) => Math.min(Math.floor(channelBase / r), channelMax);
  for (const r of blocksUpTo(resolution)) {
    const block = `synthesis.b${r}`;
    if (r === 4) add(`${block}.const`, [channels(4), constant.height, constant.width], 1);
    else convolution(`${block}.conv0`, channels(r / 2), channels(r), r);
    convolution(`${block}.conv1`, channels(r), channels(r), r);
    add(`${block}.torgb.weight`, [imgChannels, channels(r), 1, 1], 1);
    add(`${block}.torgb.bias`, [imgChannels], 0);
    affine(`${block}.torgb`, channels(r));
  }
  return { tensors, metadata: { config: JSON.stringify({ conv_clamp: null }) } };
}

/** Normal values by Box and Muller from a 32-bit xorshift: fast, and the same on every machine to rounding. */
function normalSource(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

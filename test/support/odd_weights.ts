import { parseSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import { blockSize, blocksUpTo } from '../../src/models/stylegan2/network/config.ts';
import { officialTensors } from '../../src/models/stylegan2/network/official_tensors.ts';
import {
  type GeneratorWeights,
  readGenerator,
} from '../../src/models/stylegan2/network/weights.ts';
import { Random } from '../twins/random.ts';

/** A small network that is unlike the official ones. */
export interface OddShape {
  /** Rows and columns of the constant; 4 × 4 where they are not given. */
  readonly constant?: readonly [height: number, width: number];
  readonly channels: readonly number[];
  readonly zDim: number;
  readonly wDim: number;
  readonly mappingLayers: number;
  readonly imgChannels: number;
  readonly convClamp: number | null;
  readonly noise: boolean;
}

/** Random weights of a shape, written to a file and read back as a person's would be. */
export function oddWeights(shape: OddShape): GeneratorWeights {
  const { channels, zDim, wDim, mappingLayers, imgChannels, convClamp, noise } = shape;
  const [constantHeight, constantWidth] = shape.constant ?? [4, 4];
  const constant = { height: constantHeight, width: constantWidth };
  const last = 4 << (channels.length - 1);
  const blocks = blocksUpTo(last);
  const { height, width } = blockSize({ constant }, last);
  const config = {
    resolution: Math.max(height, width),
    height,
    width,
    constant,
    imgChannels,
    channels: new Map(blocks.map((r, i) => [r, channels[i]])),
    zDim,
    cDim: 0,
    wDim,
    numWs: 2 * channels.length,
    mappingLayers,
    convClamp,
    truncates: true,
    dragDefaults: null,
  };
  const random = new Random(11);
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  const present = { has: (name: string) => noise || !/noise/.test(name) };
  for (const [name, { shape: sizes }] of officialTensors(config, present)) {
    const length = sizes.reduce((a, b) => a * b, 1);
    // The mapping network's multiplier 0.01 makes weights of about 100.
    const scale = /^mapping\.fc\d+\.weight/.test(name) ? 100 : name.endsWith('bias') ? 0.5 : 1;
    const mean = name.endsWith('affine.bias') ? 1 : 0;
    const data = Float32Array.from({ length }, () => mean + scale * random.normal());
    tensors.set(name, { shape: [...sizes], data });
  }
  const metadata = { config: JSON.stringify({ conv_clamp: convClamp }) };
  return readGenerator(parseSafetensors(writeSafetensors(tensors, metadata)));
}

import { blockSize, blocksOf, lastBlock } from './config.ts';
import type { NetworkShape } from './layer_call.ts';
import { channelsOf } from './layers.ts';
import { imageName } from './synthesis.ts';

/** A tensor that the synthesis network makes, and that can be asked for. */
export interface NetworkOutput {
  /** Its name in the network's calls. */
  readonly tensor: string;
  /** The block that makes it. */
  readonly block: number;
  readonly kind: 'features' | 'image';
  /** (1, channels, height, width) */
  readonly shape: readonly number[];
}

type Shape = Pick<NetworkShape, 'constant' | 'channels' | 'imgChannels'>;

/**
 * All that can be asked of a network, by the names that people use: `image`, and of each block `b{r}.x`, its features,
 * and `b{r}.img`, its image. The last block's image goes by two names.
 */
export function networkOutputs(config: Shape): Map<string, NetworkOutput> {
  const last = imageOutput(config, lastBlock(config));
  const outputs = new Map([['image', last]]);
  for (const block of blocksOf(config)) {
    const features = shapeOf(config, block, channelsOf(config, block));
    const tensor = `b${block}.x`;
    outputs.set(tensor, { tensor, block, kind: 'features', shape: features });
    outputs.set(`b${block}.img`, block === last.block ? last : imageOutput(config, block));
  }
  return outputs;
}

/** Shape of the network's picture: (1, channels, height, width). */
export const imageShape = (config: Shape): number[] =>
  shapeOf(config, lastBlock(config), config.imgChannels);

const imageOutput = (config: Shape, block: number): NetworkOutput => ({
  tensor: imageName(config, block),
  block,
  kind: 'image',
  shape: shapeOf(config, block, config.imgChannels),
});

function shapeOf(config: Shape, block: number, channels: number): number[] {
  const { height, width } = blockSize(config, block);
  return [1, channels, height, width];
}

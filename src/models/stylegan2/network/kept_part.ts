import { blockSize, blocksOf, lastBlock } from './config.ts';
import type { LayerCall, NetworkShape } from './layer_call.ts';
import { channelsOf, latentRow } from './layers.ts';
import { imageName, synthesisCalls } from './synthesis.ts';

/** Tensors of a picture of which a part is kept from another one. */
export const keptTensors = {
  /** The other picture's features and image at the block where they are joined. */
  features: 'first.features',
  image: 'first.image',
  /** How much of each cell of that block stays (height, width), 0 to 1. */
  weights: 'kept',
} as const;

/** A picture of which a part is kept from another one. */
export interface KeptPartCalls {
  /** The block whose maps are joined. */
  readonly block: number;
  /** From `ws.{row}` of the other picture to its features and image at that block. */
  readonly first: readonly LayerCall[];
  /** From `ws.{row}` to the `image`, with what is kept of `first`. */
  readonly picture: readonly LayerCall[];
}

/**
 * The synthesis network with a part of its maps replaced by another picture's: after the last block that one of the first
 * `rows` rows of ws reaches, in features and image. Where the two pictures differ in those rows alone, as after a drag,
 * what is kept is the other picture's exactly, but for the reach of the blocks above.
 */
export function keptPartCalls(config: NetworkShape, rows: number): KeptPartCalls {
  const block = blocksOf(config)
    .filter((one) => latentRow(one, one === 4 ? 'conv1' : 'conv0') < rows)
    .reduce((a, b) => Math.max(a, b));
  const below = { upTo: block, image: true };
  const image = imageName(config, block);
  const calls = synthesisCalls(config, below);
  const whole = synthesisCalls(config, { upTo: lastBlock(config), image: true });
  const join = (name: string, tensors: LayerCall['tensors'], channels: number): LayerCall => ({
    operation: 'keep_part',
    label: `keep_part.${name}`,
    sizes: { samples: 1, channels, ...blockSize(config, block) },
    tensors: { ...tensors, kept: keptTensors.weights },
  });
  const features = `b${block}.x`;
  const moved = { [features]: 'moved.features', [image]: 'moved.image' };
  const above = whole.slice(calls.length);
  return {
    block,
    first: renamed(calls, { [features]: keptTensors.features, [image]: keptTensors.image }),
    picture: [
      ...renamed(calls, moved),
      join('image', { x: 'moved.image', first: keptTensors.image, y: image }, config.imgChannels),
      // Nothing reads the last block's features.
      ...(above.length > 0
        ? [
            join(
              'features',
              { x: 'moved.features', first: keptTensors.features, y: features },
              channelsOf(config, block),
            ),
          ]
        : []),
      ...above,
    ],
  };
}

const renamed = (
  calls: readonly LayerCall[],
  names: Readonly<Record<string, string>>,
): LayerCall[] =>
  calls.map((call) => ({
    ...call,
    tensors: Object.fromEntries(
      Object.entries(call.tensors).map(([own, tensor]) => [own, names[tensor] ?? tensor]),
    ),
  }));

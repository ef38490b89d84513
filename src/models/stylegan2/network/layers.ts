import { blockSize, blocksOf } from './config.ts';
import type { NetworkShape } from './layer_call.ts';

/** What the layers of the synthesis network depend on. */
export type LayeredNetwork = Pick<NetworkShape, 'constant' | 'channels' | 'largestTensor'>;

/** A layer of the synthesis network with a 3×3 convolution. */
export interface ConvolutionLayer {
  readonly block: number;
  readonly layer: 'conv0' | 'conv1';
}

/** The official name of a layer. */
export const layerName = ({ block, layer }: ConvolutionLayer): string =>
  `synthesis.b${block}.${layer}`;

/** The layers of a network that have 3×3 convolutions, lowest first. */
export const convolutionLayers = (config: Pick<NetworkShape, 'channels'>): ConvolutionLayer[] =>
  blocksOf(config).flatMap((block): ConvolutionLayer[] => [
    ...(block > 4 ? [{ block, layer: 'conv0' } as const] : []),
    { block, layer: 'conv1' },
  ]);

/** Which row of ws feeds a layer. Source: SPEC §2. */
export function latentRow(block: number, layer: 'conv0' | 'conv1' | 'torgb'): number {
  if (block === 4) return layer === 'torgb' ? 1 : 0;
  const first = 2 * Math.log2(block) - 5;
  return first + { conv0: 0, conv1: 1, torgb: 2 }[layer];
}

/**
 * Names of the maps of a block: what conv1 makes, which is the block's `x`; what conv0 makes, in the lowest block the
 * constant; and what is between conv0's convolution and its filter.
 */
export const blockMaps = (block: number) => ({
  conv1: `b${block}.conv1`,
  conv0: `b${block}.conv0`,
  t: `b${block}.t`,
});

/** A part of a layer's output channels. */
export interface ChannelPart {
  readonly first: number;
  readonly channels: number;
}

/**
 * How the output of an up-sampling convolution, (h + 1) × (w + 1) before its FIR and the largest tensor of a network,
 * is cut into parts of at most `largestTensor` bytes: whole groups of four channels. One part where it fits.
 */
function upsamplingParts(
  outputs: number,
  { height, width }: { readonly height: number; readonly width: number },
  largestTensor = Number.POSITIVE_INFINITY,
): ChannelPart[] {
  const bytesOfFour = 16 * (height + 1) * (width + 1);
  const most = 4 * Math.max(1, Math.floor(largestTensor / bytesOfFour));
  const parts: ChannelPart[] = [];
  for (let first = 0; first < outputs; first += most)
    parts.push({ first, channels: Math.min(most, outputs - first) });
  return parts;
}

/** A tensor of a layer's weights: all of it, or some of its output channels. */
export interface WeightPart extends ChannelPart {
  /** The tensor's name. */
  readonly name: string;
  /** What the name ends with: nothing where the tensor is the whole, else `.0`, `.1`, … */
  readonly suffix: string;
}

/** The tensors that hold a layer's weights, as `synthesisCalls` names them. */
export function weightParts(config: LayeredNetwork, of: ConvolutionLayer): WeightPart[] {
  const { block, layer } = of;
  const outputs = channelsOf(config, block);
  const weight = `${layerName(of)}.weight`;
  const parts =
    layer === 'conv0'
      ? upsamplingParts(outputs, blockSize(config, block), config.largestTensor)
      : [{ first: 0, channels: outputs }];
  return parts.map((one, part) => {
    const suffix = parts.length === 1 ? '' : `.${part}`;
    return { ...one, name: `${weight}${suffix}`, suffix };
  });
}

/** Channels of a block's features. @throws RangeError for a block that the network does not have */
export function channelsOf({ channels }: Pick<NetworkShape, 'channels'>, block: number): number {
  const found = channels.get(block);
  if (found === undefined) throw new RangeError(`the network has no block ${block}`);
  return found;
}

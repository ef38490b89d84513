import { blockSize, type GeneratorConfig } from './config.ts';
import { type ChannelPart, type LayerCall, upsamplingParts } from './network.ts';

/** A 3×3 convolution of the synthesis network whose weights are trained. */
export interface ConvolutionLayer {
  readonly block: number;
  readonly layer: 'conv0' | 'conv1';
}

/** A tensor of a layer's weights: all of it, or some of its output channels. */
export interface WeightPart extends ChannelPart {
  readonly name: string;
}

type Shape = Pick<GeneratorConfig, 'channels' | 'constant'> & { readonly largestTensor?: number };

/** The official name of a layer. */
export const layerName = ({ block, layer }: ConvolutionLayer): string =>
  `synthesis.b${block}.${layer}`;

/** The tensors that hold a layer's weights, as `synthesisCalls` names them. */
export function weightParts(config: Shape, of: ConvolutionLayer): WeightPart[] {
  const { block, layer } = of;
  const outputs = channelsOf(config, block);
  const weight = `${layerName(of)}.weight`;
  const parts =
    layer === 'conv0'
      ? upsamplingParts(outputs, blockSize(config, block), config.largestTensor)
      : [{ first: 0, channels: outputs }];
  return parts.map((one, part) => ({
    ...one,
    name: parts.length === 1 ? weight : `${weight}.${part}`,
  }));
}

/**
 * The energies of layers whose weights change, from those weights: calls that come before `synthesisCalls`, since
 * demodulation follows from them. The store has to have the tensors `….energy` (outputs, inputs) of its own: else the
 * model's are overwritten.
 */
export function weightEnergyCalls(config: Shape, layers: readonly ConvolutionLayer[]): LayerCall[] {
  return layers.flatMap((of) => {
    const total = channelsOf(config, of.block);
    const inputs = of.layer === 'conv0' ? channelsOf(config, of.block / 2) : total;
    return weightParts(config, of).map(({ name, first, channels }) => ({
      operation: 'weight_energy',
      label: `${name}.energy`,
      sizes: { outputs: channels, inputs, total },
      tensors: { weight: name, energy: `${layerName(of)}.energy` },
      params: { first },
    }));
  });
}

function channelsOf({ channels }: Shape, block: number): number {
  const found = channels.get(block);
  if (found === undefined) throw new RangeError(`the network has no block ${block}`);
  return found;
}

import type { GeneratorConfig } from './config.ts';
import { type ChannelPart, type LayerCall, upsamplingParts } from './network.ts';

/** A 3×3 convolution of the synthesis network whose weights are trained. */
export interface ConvolutionLayer {
  readonly resolution: number;
  readonly layer: 'conv0' | 'conv1';
}

/** A tensor of a layer's weights: all of it, or some of its output channels. */
export interface WeightPart extends ChannelPart {
  readonly name: string;
}

type Shape = Pick<GeneratorConfig, 'channels'> & { readonly largestTensor?: number };

/** The official name of a layer. */
export const layerName = ({ resolution, layer }: ConvolutionLayer): string =>
  `synthesis.b${resolution}.${layer}`;

/** The tensors that hold a layer's weights, as `synthesisCalls` names them. */
export function weightParts(config: Shape, of: ConvolutionLayer): WeightPart[] {
  const { resolution, layer } = of;
  const outputs = channelsOf(config, resolution);
  const weight = `${layerName(of)}.weight`;
  const parts =
    layer === 'conv0'
      ? upsamplingParts(outputs, resolution, config.largestTensor)
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
    const total = channelsOf(config, of.resolution);
    const inputs = of.layer === 'conv0' ? channelsOf(config, of.resolution / 2) : total;
    return weightParts(config, of).map(({ name, first, channels }) => ({
      operation: 'weight_energy',
      label: `${name}.energy`,
      sizes: { outputs: channels, inputs, total },
      tensors: { weight: name, energy: `${layerName(of)}.energy` },
      params: { first },
    }));
  });
}

function channelsOf({ channels }: Shape, resolution: number): number {
  const found = channels.get(resolution);
  if (found === undefined) throw new RangeError(`the network has no block ${resolution}²`);
  return found;
}

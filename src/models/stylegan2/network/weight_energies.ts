import type { LayerCall } from './layer_call.ts';
import {
  type ConvolutionLayer,
  channelsOf,
  type LayeredNetwork,
  layerName,
  weightParts,
} from './layers.ts';

/**
 * The energies of layers whose weights change, from those weights: calls that come before `synthesisCalls`, since
 * demodulation follows from them. The store has to have the tensors `….energy` (outputs, inputs) of its own: else the
 * model's are overwritten.
 */
export function weightEnergyCalls(
  config: LayeredNetwork,
  layers: readonly ConvolutionLayer[],
): LayerCall[] {
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

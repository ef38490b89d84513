import { blockSize, type GeneratorConfig } from './config.ts';
import type { LayerCall } from './layer_call.ts';
import { type ConvolutionLayer, layerName } from './layers.ts';

/**
 * The noise of layers whose map or strength changes: calls that come before `synthesisCalls`. The store has to have the
 * tensors `….noise` (height, width) of its own, else the model's are overwritten.
 */
export const noiseMapCalls = (
  config: Pick<GeneratorConfig, 'constant'>,
  layers: readonly ConvolutionLayer[],
): LayerCall[] =>
  layers.map((of) => {
    const layer = layerName(of);
    return {
      operation: 'noise_map',
      label: `${layer}.noise_map`,
      sizes: blockSize(config, of.block),
      tensors: {
        noise_const: `${layer}.noise_const`,
        noise_strength: `${layer}.noise_strength`,
        noise: `${layer}.noise`,
      },
    };
  });

import type { Call } from '../../src/engine/graph/reversal.ts';
import {
  blockSize,
  type GeneratorConfig,
  lastBlock,
} from '../../src/models/stylegan2/network/config.ts';
import { convolutionLayers, layerName } from '../../src/models/stylegan2/network/layers.ts';
import { synthesisCalls } from '../../src/models/stylegan2/network/synthesis.ts';
import type { GeneratorWeights } from '../../src/models/stylegan2/network/weights.ts';
import { Tensor, type Tensors, tensor } from './twin.ts';
import { twins } from './twins.ts';

/**
 * Runs calls through their twins: the network in f64.
 * @param tensors what they read; what they make is added
 * @returns the sum of their losses
 */
export function runTwins(calls: readonly Call[], tensors: Record<string, Tensor>): number {
  let loss = 0;
  for (const { operation, sizes, params, tensors: names } of calls) {
    const inputs: Record<string, Tensor> = {};
    for (const [own, name] of Object.entries(names))
      if (name in tensors) inputs[own] = tensors[name];
    const outputs: Tensors = twins[operation](inputs, { ...sizes, ...params });
    for (const [own, output] of Object.entries(outputs))
      if (own in names) tensors[names[own]] = output;
    loss += outputs.loss?.at(0) ?? 0;
  }
  return loss;
}

/** What the calls find besides ws: weights as they are in the file, and what the upload makes of them. */
export function givenTensors({ config, tensors }: GeneratorWeights): Record<string, Tensor> {
  const given: Record<string, Tensor> = {};
  for (const [name, { shape, data }] of tensors) {
    const values = Float64Array.from(data());
    given[name] = new Tensor(name === 'synthesis.b4.const' ? [1, ...shape] : shape, values);
  }
  for (const layer of convolutionLayers(config)) {
    const name = layerName(layer);
    const { shape, values } = given[`${name}.weight`];
    const [outputs, inputs] = shape;
    given[`${name}.energy`] = tensor([outputs, inputs], (o, i) => {
      const at = (o * inputs + i) * 9;
      return values.subarray(at, at + 9).reduce((sum, value) => sum + value * value, 0);
    });
    const { height, width } = blockSize(config, layer.block);
    const strength = tensors.get(`${name}.noise_strength`)?.data()[0] ?? 0;
    const noise = tensors.get(`${name}.noise_const`)?.data();
    given[`${name}.noise`] = tensor([height, width], (row, column) =>
      noise ? strength * noise[row * width + column] : 0,
    );
  }
  return given;
}

/** Image and lowest features in f64. */
export function drawTwins(
  weights: GeneratorWeights,
  given: Record<string, Tensor>,
  ws: Float64Array,
): Tensors {
  const { config } = weights;
  const tensors = { ...given, ...latentRows(config, ws) };
  runTwins(synthesisCalls(config, { upTo: lastBlock(config), image: true }), tensors);
  return tensors;
}

/** The rows of a ws (num_ws · w_dim), as the calls name them. */
export const latentRows = ({ numWs, wDim }: GeneratorConfig, ws: Float64Array): Tensors =>
  Object.fromEntries(
    Array.from({ length: numWs }, (_, row) => [
      `ws.${row}`,
      new Tensor([1, wDim], ws.subarray(row * wDim, (row + 1) * wDim)),
    ]),
  );

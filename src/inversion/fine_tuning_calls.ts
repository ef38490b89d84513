import type { Call } from '../engine/graph/reversal.ts';
import { operationTable } from '../engine/operations/operations.ts';
import { blocksOf, type GeneratorConfig, lastBlock } from '../models/stylegan2/network/config.ts';
import { convolutionLayers, layerName, weightParts } from '../models/stylegan2/network/layers.ts';
import { synthesisCalls } from '../models/stylegan2/network/synthesis.ts';
import { mapName } from './noise_maps.ts';

type Shape = GeneratorConfig & { readonly largestTensor?: number };

/** A tensor that is trained, by its official name; `parts` hold it, one after the other along its first axis. */
export interface TrainedTensor {
  readonly name: string;
  readonly parts: readonly string[];
}

/**
 * The tensors that pivotal tuning trains: the constant, all convolutions, toRGB, their biases, and how strong their
 * noise is. Affine layers stay: training them at the same rate gained nothing (bench/README.md).
 * @param present the names that the network has: a layer's noise strength is trained if it is among them
 */
export function trainedTensors(
  config: Shape,
  present: { has(name: string): boolean },
): TrainedTensor[] {
  const whole = (name: string): TrainedTensor => ({ name, parts: [name] });
  return [
    whole('synthesis.b4.const'),
    ...convolutionLayers(config).flatMap((layer) => {
      const name = layerName(layer);
      const strength = `${name}.noise_strength`;
      return [
        { name: `${name}.weight`, parts: weightParts(config, layer).map((part) => part.name) },
        whole(`${name}.bias`),
        ...(present.has(strength) ? [whole(strength)] : []),
      ];
    }),
    ...blocksOf(config).flatMap((r) => [
      whole(`synthesis.b${r}.torgb.weight`),
      whole(`synthesis.b${r}.torgb.bias`),
    ]),
  ];
}

/**
 * Official names of all that tuning and a search for noise may change. A network without noise has only some of them.
 */
export const changeableTensors = (config: Shape): string[] => [
  ...trainedTensors(config, { has: () => true }).map(({ name }) => name),
  ...convolutionLayers(config).map(mapName),
];

/**
 * The synthesis network from `near.ws.{row}` to a tensor of another name than `image`: the same weights, and no other
 * tensor in common.
 */
export function nearCalls(config: Shape, image: string): Call[] {
  const calls = synthesisCalls(config, { upTo: lastBlock(config), image: true });
  const own = new Map<string, string>();
  for (const { operation, tensors, row } of calls) {
    for (const output of operationTable[operation].outputs)
      own.set(tensors[output], `near.${tensors[output]}`);
    if (row !== undefined) own.set(`ws.${row}`, `near.ws.${row}`);
  }
  own.set('image', image);
  return calls.map((call) => ({
    ...call,
    label: `near.${call.label}`,
    tensors: Object.fromEntries(
      Object.entries(call.tensors).map(([variable, name]) => [variable, own.get(name) ?? name]),
    ),
  }));
}

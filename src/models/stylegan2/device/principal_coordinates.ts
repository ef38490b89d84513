import type { Call } from '../../../engine/graph/reversal.ts';
import type { Coordinates, LatentLeaf } from '../../draggable.ts';
import { activationGain, slope } from '../network/layer_call.ts';
import {
  beforeActivation,
  type PrincipalBasis,
  principalBasisOf,
} from '../network/principal_basis.ts';
import type { LoadedNetwork } from './loaded_network.ts';
import { sampleW } from './sampled_w.ts';

/** How many z the distribution of w is estimated from: the more numbers it has, the more, but within bounds. */
const sampleCount = (zDim: number): number => 500 * Math.min(8, Math.max(2, Math.ceil(zDim / 16)));

const known = new WeakMap<LoadedNetwork, Promise<PrincipalBasis>>();

/** The distribution of a network's w, estimated from 1,000 to 4,000 z: a second or two, once for each network. */
export function principalBasis(network: LoadedNetwork): Promise<PrincipalBasis> {
  const started = known.get(network) ?? estimate(network);
  known.set(network, started);
  return started;
}

async function estimate(network: LoadedNetwork): Promise<PrincipalBasis> {
  const { zDim, wDim } = network.config;
  const samples = await sampleW(network, sampleCount(zDim));
  const most = Math.min(zDim, wDim);
  return network.findBasis?.(samples, wDim, most) ?? principalBasisOf(samples, wDim, most);
}

/**
 * The space `principal`: all trained rows of ws move together along the principal directions of the mapping network's w,
 * each by its standard deviation, from wherever they are. It is one more fully-connected layer with the mapping
 * network's leaky ReLU: row = √2 · lrelu(v + Σ_k w_k · deviation_k · direction_k), where v is the row's at first.
 */
export function principalCoordinates(
  { wDim, directions, deviations }: PrincipalBasis,
  leaves: readonly LatentLeaf[],
): Coordinates {
  const rows = [...leaves.entries()].filter(([, { trained }]) => trained);
  const length = deviations.length;
  const weight = Float32Array.from(
    { length: wDim * length },
    (_, at) => directions[(at % length) * wDim + Math.floor(at / length)] * deviations[at % length],
  );
  return {
    length,
    calls: rows.map(
      ([row, { name }]): Call => ({
        operation: 'fully_connected',
        label: `principal.${row}`,
        sizes: { samples: 1, inputs: length, outputs: wDim },
        tensors: {
          x: 'coordinates',
          weight: 'principal.weight',
          bias: `principal.bias.${row}`,
          y: name,
        },
        params: { weight_gain: 1, bias_gain: 1, slope, gain: activationGain },
      }),
    ),
    settling: [],
    createTensors(store) {
      store.ensure('principal.weight', 'plain', [wDim, length]);
      store.write('principal.weight', weight);
      if (!store.has('principal.biases'))
        store.createTogether(
          'principal.biases',
          rows.map(([row]) => ({ name: `principal.bias.${row}`, layout: 'vector', shape: [wDim] })),
        );
    },
    begin(store, { ws }) {
      for (const [row] of rows)
        store.write(
          `principal.bias.${row}`,
          Float32Array.from({ length: wDim }, (_, i) => beforeActivation(ws[row * wDim + i])),
        );
      return new Float32Array(length);
    },
    moved: () => undefined,
  };
}

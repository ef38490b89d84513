import { Plan } from '../../../engine/graph/plan.ts';
import type { Call } from '../../../engine/graph/reversal.ts';
import { TensorStore } from '../../../engine/memory/tensors.ts';
import type { Coordinates, LatentLeaf } from '../../draggable.ts';
import { activationGain, slope } from '../network/layer_call.ts';
import { mappedName, untruncatedCalls } from '../network/mapping.ts';
import {
  beforeActivation,
  type PrincipalBasis,
  principalBasisOf,
} from '../network/principal_basis.ts';
import { seedLatent } from '../network/seeds.ts';
import type { Generator } from './generator.ts';

/** z that the distribution of w is estimated from: so many for each of z's numbers, but within bounds. */
const samplesPerNumber = 32;
const [fewest, most] = [1024, 4096];
/** How many of them go through the network at once. */
const batch = 512;

const known = new WeakMap<Generator, Promise<PrincipalBasis>>();

/** The distribution of a generator's w, estimated from a few thousand z: a second or two, once for each generator. */
export function principalBasis(generator: Generator): Promise<PrincipalBasis> {
  const started = known.get(generator) ?? estimate(generator);
  known.set(generator, started);
  return started;
}

async function estimate({ engine, config, store: weights, arena }: Generator) {
  const { zDim, cDim, wDim } = config;
  const sampleCount = Math.min(most, Math.max(fewest, samplesPerNumber * zDim));
  const store = new TensorStore(engine.device, weights);
  const w = mappedName(config);
  store.create('z', 'vector', [batch, zDim]);
  if (cDim > 0) store.create('c', 'vector', [batch, cDim]);
  store.create(w, 'vector', [batch, wDim]);
  const calls = untruncatedCalls(config, 'z', batch);
  const plan = await Plan.build({ calls }, { ...engine, store, arena });
  try {
    const z = seedLatent(0, sampleCount * zDim);
    const samples = new Float32Array(sampleCount * wDim);
    for (let first = 0; first < sampleCount; first += batch) {
      store.write('z', z.subarray(first * zDim, (first + batch) * zDim));
      // Classes in turn.
      const isOn = (i: number): boolean => i % cDim === (first + Math.floor(i / cDim)) % cDim;
      if (cDim > 0)
        store.write(
          'c',
          Float32Array.from({ length: batch * cDim }, (_, i) => +isOn(i)),
        );
      plan.submit(engine.device);
      samples.set(await store.read(w), first * wDim);
    }
    return principalBasisOf(samples, wDim, Math.min(zDim, wDim));
  } finally {
    plan.destroy();
    store.destroy();
  }
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
  let at = 0;
  const begins = leaves.map(({ shape }) => {
    const begin = at;
    at += shape.reduce((a, b) => a * b, 1);
    return begin;
  });
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
      for (const [row] of rows) store.ensure(`principal.bias.${row}`, 'vector', [wDim]);
    },
    begin(store, { ws }) {
      for (const [row] of rows)
        store.write(
          `principal.bias.${row}`,
          Float32Array.from({ length: wDim }, (_, i) => beforeActivation(ws[begins[row] + i])),
        );
      return new Float32Array(length);
    },
    moved: () => undefined,
  };
}

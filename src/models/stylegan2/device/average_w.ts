import { Plan } from '../../../engine/graph/plan.ts';
import { TensorStore } from '../../../engine/memory/tensors.ts';
import { mappedName, untruncatedCalls } from '../network/mapping.ts';
import { seedLatent } from '../network/seeds.ts';
import { type LoadedNetwork, planResources } from './loaded_network.ts';

/** How many z the average w is estimated from where a file has none: as many as rosinality's programs take. */
const mostSamples = 10_000;
/** How many are mapped at once. */
const batch = 500;

/**
 * Estimates the average w (w_dim) from the first 10,000 z of NumPy's RandomState(0), for a network whose file has none;
 * in a conditional network the classes take turns. The same network and device give the same values.
 */
export async function estimateAverageW(network: LoadedNetwork): Promise<Float32Array> {
  const { config, engine } = network;
  const { zDim, cDim, wDim } = config;
  const store = new TensorStore(engine.device, network.store);
  const w = mappedName(config);
  store.create('z', 'vector', [batch, zDim]);
  store.create(w, 'vector', [batch, wDim]);
  if (cDim > 0) {
    const classes = new Float32Array(batch * cDim);
    for (let sample = 0; sample < batch; sample++) classes[sample * cDim + (sample % cDim)] = 1;
    store.create('c', 'vector', [batch, cDim], classes);
  }
  const calls = untruncatedCalls(config, 'z', batch);
  const plan = await Plan.build({ calls }, planResources(network, store));
  try {
    const z = seedLatent(0, mostSamples * zDim);
    const sum = new Float64Array(wDim);
    for (let first = 0; first < mostSamples; first += batch) {
      store.write('z', z.subarray(first * zDim, (first + batch) * zDim));
      plan.submit(engine.device);
      const values = await store.read(w);
      for (let i = 0; i < values.length; i++) sum[i % wDim] += values[i];
    }
    return Float32Array.from(sum, (value) => value / mostSamples);
  } finally {
    plan.destroy();
    store.destroy();
  }
}

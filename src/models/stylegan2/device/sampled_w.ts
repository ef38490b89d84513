import { Plan } from '../../../engine/graph/plan.ts';
import { TensorStore } from '../../../engine/memory/tensors.ts';
import { mappedName, untruncatedCalls } from '../network/mapping.ts';
import { seedLatent } from '../network/seeds.ts';
import { type LoadedNetwork, planResources } from './loaded_network.ts';

/** How many z go through the network at once. */
const batch = 500;

/**
 * w (count, w_dim) of the first z of NumPy's RandomState(0); in a conditional network the classes take turns. The same
 * network and device give the same values.
 */
export const sampleW = (network: LoadedNetwork, count: number): Promise<Float32Array> =>
  mapLatents(network, seedLatent(0, count * network.config.zDim), count);

/**
 * w (count, w_dim) of many z, without truncation; in a conditional network the classes take turns.
 * @param z (count, z_dim), row-major
 */
export async function mapLatents(
  network: LoadedNetwork,
  z: Float32Array,
  count: number,
): Promise<Float32Array> {
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
    const mapped = new Float32Array(count * wDim);
    for (let first = 0; first < count; first += batch) {
      // The last batch is filled with zeros, whose w nobody reads.
      const some = new Float32Array(batch * zDim);
      some.set(z.subarray(first * zDim, (first + batch) * zDim));
      store.write('z', some);
      plan.submit(engine.device);
      const of = (await store.read(w)).subarray(0, (count - first) * wDim);
      mapped.set(of, first * wDim);
    }
    return mapped;
  } finally {
    plan.destroy();
    store.destroy();
  }
}

import type { NamedTensor } from '../formats/named_tensors.ts';
import { upsamplingParts } from '../stylegan2/network.ts';
import type { GeneratorWeights } from '../stylegan2/weights.ts';
import type { Layout } from './layouts.ts';
import { TensorStore } from './tensors.ts';

/** Where a tensor of a generator goes, by the end of its official name. */
function layoutOf(name: string): Layout | 'constant' | undefined {
  if (/\.(bias|w_avg)$/.test(name)) return 'vector';
  if (/\.affine\.weight$|^mapping\..*\.weight$/.test(name)) return 'plain';
  if (/\.(conv0|conv1|torgb)\.weight$/.test(name)) return 'convolution';
  if (name.endsWith('.const')) return 'constant';
  return undefined;
}

/**
 * Puts a generator's weights on the device, packed as the kernels read them, and what follows from them: a layer's
 * `energy` (Σ W² over its taps, for demodulation) and its `noise` map (constant times strength; zero without noise).
 * @param onProgress called with the fraction that is uploaded
 * @param largestTensor up-sampling layers whose result takes more bytes have their weights in parts, as `upsamplingParts`
 * cuts them: `….weight.0`, `….weight.1`, …
 * @throws DeviceLimitError where a tensor is too large for the adapter
 */
export async function uploadGenerator(
  device: GPUDevice,
  weights: GeneratorWeights,
  onProgress: (fraction: number) => void,
  largestTensor: number,
): Promise<TensorStore> {
  const store = new TensorStore(device);
  const { config, tensors } = weights;
  try {
    let done = 0;
    for (const [name, tensor] of tensors) {
      const layout = layoutOf(name);
      if (layout === 'constant') store.create(name, 'map', [1, ...tensor.shape], tensor.data());
      else if (/\.conv0\.weight$/.test(name)) createParts(store, name, tensor, largestTensor);
      else if (layout) store.create(name, layout, tensor.shape, tensor.data());
      const layer = /^(.*\.conv[01])\.weight$/.exec(name)?.[1];
      if (layer) {
        store.create(`${layer}.energy`, 'plain', tensor.shape.slice(0, 2), energyOf(tensor));
        createNoise(store, weights, layer);
      }
      done++;
      onProgress(done / tensors.size);
      // Packing is work for the processor: let the page draw between tensors.
      await new Promise((resolve) => setTimeout(resolve));
    }
    if (!store.find('mapping.w_avg')) store.create('mapping.w_avg', 'vector', [config.wDim]);
    return store;
  } catch (error) {
    store.destroy();
    throw error;
  }
}

function createParts(
  store: TensorStore,
  name: string,
  { shape, data }: NamedTensor,
  largestTensor: number,
): void {
  const [outputs, ...rest] = shape;
  const values = data();
  const length = values.length / outputs;
  const resolution = Number(/\.b(\d+)\./.exec(name)?.[1]);
  const parts = upsamplingParts(outputs, resolution, largestTensor);
  for (const [part, { first, channels }] of parts.entries())
    store.create(
      parts.length === 1 ? name : `${name}.${part}`,
      'convolution',
      [channels, ...rest],
      values.subarray(first * length, (first + channels) * length),
    );
}

function energyOf({ shape, data }: NamedTensor): Float32Array {
  const [outputs, inputs, ...kernel] = shape;
  const taps = kernel.reduce((a, b) => a * b, 1);
  const values = data();
  const energy = new Float32Array(outputs * inputs);
  for (let pair = 0; pair < energy.length; pair++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += values[pair * taps + tap] ** 2;
    energy[pair] = sum;
  }
  return energy;
}

function createNoise(store: TensorStore, { tensors }: GeneratorWeights, layer: string): void {
  const resolution = Number(/\.b(\d+)\./.exec(layer)?.[1]);
  const strength = tensors.get(`${layer}.noise_strength`)?.data()[0] ?? 0;
  const constant = tensors.get(`${layer}.noise_const`)?.data();
  store.create(
    `${layer}.noise`,
    'plain',
    [resolution, resolution],
    constant?.map((value) => value * strength),
  );
}

import { type Layout, type Precision, storedLayout } from '../../../engine/memory/layouts.ts';
import { TensorStore } from '../../../engine/memory/tensors.ts';
import { decodeF16, encodeF16 } from '../../../formats/tensors/half_precision.ts';
import type { NamedTensor } from '../../../formats/tensors/named_tensors.ts';
import { blockSize, type GeneratorConfig } from '../network/config.ts';
import { upsamplingParts } from '../network/network.ts';
import type { GeneratorWeights } from '../network/weights.ts';

/**
 * Which weights of convolutions are stored in f16: all within its range (`f16`), those that lose nothing (`lossless`),
 * or none (`f32`).
 * An adapter that takes subnormals (below 2^-14) for zero loses those.
 */
export type WeightStorage = Precision | 'lossless';

/** How weights are put on the device. */
export interface UploadOptions {
  readonly storage: WeightStorage;
  /**
   * Bytes that one tensor may take. Up-sampling layers whose result takes more have their weights in parts, as
   * `upsamplingParts` cuts them: `….weight.0`, `….weight.1`, …
   */
  readonly largestTensor: number;
  /** Called with the fraction that is uploaded. */
  readonly onProgress: (fraction: number) => void;
}

/** The weights of a convolution as they are stored. */
interface StoredWeights {
  readonly shape: readonly number[];
  readonly precision: Precision;
  /** The weights, rounded to that precision. */
  readonly values: Float32Array;
}

/** The layout of a generator's tensor, by the end of its official name. */
function layoutOf(name: string): Layout | 'constant' | undefined {
  if (/\.(bias|w_avg)$/.test(name)) return 'vector';
  if (/\.affine\.weight$|^mapping\..*\.weight$/.test(name)) return 'plain';
  if (name.endsWith('.torgb.weight')) return 'convolution';
  if (name.endsWith('.const')) return 'constant';
  return undefined;
}

/**
 * Puts a generator's weights on the device, packed as the kernels read them, and what follows from them: a layer's
 * `energy` (Σ W² over its taps, for demodulation) and its `noise` map (constant times strength; zero without noise). A
 * `noise_strength` is stored only if it is not zero, so that the constant can be told from the map.
 * @throws DeviceLimitError where a tensor is too large for the adapter
 */
export async function uploadGenerator(
  device: GPUDevice,
  weights: GeneratorWeights,
  { storage, largestTensor, onProgress }: UploadOptions,
): Promise<{ store: TensorStore; precision: Precision }> {
  const store = new TensorStore(device);
  const { config, tensors } = weights;
  try {
    let done = 0;
    let precision: Precision = 'f32';
    for (const [name, tensor] of tensors) {
      const layout = layoutOf(name);
      if (layout === 'constant') store.create(name, 'map', [1, ...tensor.shape], tensor.data());
      else if (layout) store.create(name, layout, tensor.shape, tensor.data());
      const layer = /^(.*\.conv[01])\.weight$/.exec(name)?.[1];
      if (layer) {
        const stored = storedWeights(tensor, storage);
        if (stored.precision === 'f16') precision = 'f16';
        if (layer.endsWith('conv0')) createParts(store, config, name, stored, largestTensor);
        else createWeights(store, name, stored);
        store.create(`${layer}.energy`, 'plain', tensor.shape.slice(0, 2), energyOf(stored));
        createNoise(store, weights, layer);
      }
      done++;
      onProgress(done / tensors.size);
      // Packing is work for the processor: let the page draw between tensors.
      await new Promise((resolve) => setTimeout(resolve));
    }
    if (!store.find('mapping.w_avg')) store.create('mapping.w_avg', 'vector', [config.wDim]);
    return { store, precision };
  } catch (error) {
    store.destroy();
    throw error;
  }
}

/**
 * The largest weight of a convolution that is stored in f16. Larger ones overflow, and where it is smaller, subnormal
 * f16 (below 2^-14), which an adapter may take for zero, would cost more than rounding does.
 */
const halfRange = { least: 2 ** -3, most: 65504 };

function storedWeights({ shape, dtype, data }: NamedTensor, storage: WeightStorage): StoredWeights {
  const values = data();
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const fits = largest >= halfRange.least && largest <= halfRange.most;
  const wanted = storage === 'f16' || (storage === 'lossless' && dtype === 'F16');
  if (!wanted || !fits) return { shape, values, precision: 'f32' };
  return { shape, values: decodeF16(encodeF16(values)), precision: 'f16' };
}

function createWeights(
  store: TensorStore,
  name: string,
  { shape, values, precision }: StoredWeights,
): void {
  store.create(name, storedLayout('convolution', precision), shape, values);
}

function createParts(
  store: TensorStore,
  config: GeneratorConfig,
  name: string,
  { shape, values, precision }: StoredWeights,
  largestTensor: number,
): void {
  const [outputs, ...rest] = shape;
  const length = values.length / outputs;
  const parts = upsamplingParts(outputs, blockSize(config, blockIn(name)), largestTensor);
  for (const [part, { first, channels }] of parts.entries())
    createWeights(store, parts.length === 1 ? name : `${name}.${part}`, {
      shape: [channels, ...rest],
      values: values.subarray(first * length, (first + channels) * length),
      precision,
    });
}

function energyOf({ shape, values }: StoredWeights): Float32Array {
  const [outputs, inputs, ...kernel] = shape;
  const taps = kernel.reduce((a, b) => a * b, 1);
  const energy = new Float32Array(outputs * inputs);
  for (let pair = 0; pair < energy.length; pair++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += values[pair * taps + tap] ** 2;
    energy[pair] = sum;
  }
  return energy;
}

/** The block that a layer's name contains. */
const blockIn = (name: string): number => Number(/\.b(\d+)\./.exec(name)?.[1]);

function createNoise(
  store: TensorStore,
  { config, tensors }: GeneratorWeights,
  layer: string,
): void {
  const { height, width } = blockSize(config, blockIn(layer));
  const strength = tensors.get(`${layer}.noise_strength`)?.data()[0] ?? 0;
  const constant = tensors.get(`${layer}.noise_const`)?.data();
  store.create(
    `${layer}.noise`,
    'plain',
    [height, width],
    constant?.map((value) => value * strength),
  );
  if (constant && strength !== 0) store.create(`${layer}.noise_strength`, 'plain', [1], [strength]);
}

import { deviceLength, type Precision, storedLayout } from '../../../engine/memory/layouts.ts';
import { alignedToBind, TensorStore } from '../../../engine/memory/tensors.ts';
import { decodeF16, encodeF16 } from '../../../formats/tensors/half_precision.ts';
import type { NamedTensor } from '../../../formats/tensors/named_tensors.ts';
import { blockSize, blocksOf } from '../network/config.ts';
import {
  type ConvolutionLayer,
  convolutionLayers,
  type LayeredNetwork,
  layerName,
  weightParts,
} from '../network/layers.ts';
import { officialTensors, type TensorUse } from '../network/official_tensors.ts';
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
   * `weightParts` cuts them: `….weight.0`, `….weight.1`, …
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
    createShared(store, weights, largestTensor);
    let done = 0;
    let precision: Precision = 'f32';
    for (const [name, official] of officialTensors(config, tensors)) {
      const tensor = tensors.get(name);
      if (!tensor) throw new RangeError(`the weights lack ${name}`);
      if (official.use === 'convolution') {
        const stored = storedWeights(tensor, storage);
        if (stored.precision === 'f16') precision = 'f16';
        createConvolution(store, { ...config, largestTensor }, official.layer, stored);
        createNoise(store, weights, official.layer);
      } else createPacked(store, name, official.use, tensor);
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

/** Tensors of layers that one kernel may read together. */
interface Kind {
  readonly layout: 'plain' | 'vector';
  readonly names: readonly string[];
}

/** Those that the styles of all layers are made from, and their gradients; and those of the mapping network. */
function sharedTensors(config: GeneratorWeights['config']): Readonly<Record<string, Kind>> {
  const layers = convolutionLayers(config).map(layerName);
  const rgb = blocksOf(config).map((block) => `synthesis.b${block}.torgb`);
  const mapping = Array.from({ length: config.mappingLayers }, (_, k) => `mapping.fc${k}`);
  const all = (names: readonly string[], what: string) => names.map((name) => `${name}.${what}`);
  return {
    'mapping.weight': { layout: 'plain', names: all(mapping, 'weight') },
    'mapping.bias': { layout: 'vector', names: all(mapping, 'bias') },
    // The layers of a drag are neighbours.
    'affine.weight': { layout: 'plain', names: all([...layers, ...rgb], 'affine.weight') },
    'affine.bias': { layout: 'vector', names: all([...layers, ...rgb], 'affine.bias') },
    energy: { layout: 'plain', names: all(layers, 'energy') },
    bias: { layout: 'vector', names: all(layers, 'bias') },
  };
}

/** Makes the tensors of a kind in one buffer each, unless that would be larger than the device binds. */
function createShared(
  store: TensorStore,
  { config, tensors }: GeneratorWeights,
  largestTensor: number,
): void {
  for (const [kind, { layout, names }] of Object.entries(sharedTensors(config))) {
    const all = names.flatMap((name) => {
      const weight = tensors.get(name.replace(/energy$/, 'weight'));
      if (!weight) return [];
      const shape = name.endsWith('energy') ? weight.shape.slice(0, 2) : weight.shape;
      return [{ name, layout, shape }];
    });
    const bytes = all.reduce(
      (sum, { shape }) => sum + alignedToBind(4 * deviceLength(layout, shape)),
      0,
    );
    if (all.length > 0 && bytes <= largestTensor)
      store.createTogether(`${kind} of all layers`, all);
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

/** A tensor that is stored as it is, but for its layout. Noise follows with its layer. */
function createPacked(
  store: TensorStore,
  name: string,
  use: Exclude<TensorUse['use'], 'convolution'>,
  { shape, data }: NamedTensor,
): void {
  if (use === 'noise') return;
  if (use === 'constant') store.create(name, 'map', [1, ...shape], data());
  else store.put(name, layouts[use], shape, data());
}

const layouts = { vector: 'vector', matrix: 'plain', rgb: 'convolution' } as const;

/** The weights of a layer, in as many tensors as the network's calls read them from, and their energies. */
function createConvolution(
  store: TensorStore,
  network: LayeredNetwork,
  layer: ConvolutionLayer,
  stored: StoredWeights,
): void {
  const { shape, values, precision } = stored;
  const [outputs, ...rest] = shape;
  const length = values.length / outputs;
  for (const { name, first, channels } of weightParts(network, layer))
    store.create(
      name,
      storedLayout('convolution', precision),
      [channels, ...rest],
      values.subarray(first * length, (first + channels) * length),
    );
  store.put(`${layerName(layer)}.energy`, 'plain', shape.slice(0, 2), energyOf(stored));
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

function createNoise(
  store: TensorStore,
  { config, tensors }: GeneratorWeights,
  layer: ConvolutionLayer,
): void {
  const name = layerName(layer);
  const { height, width } = blockSize(config, layer.block);
  const strength = tensors.get(`${name}.noise_strength`)?.data()[0] ?? 0;
  const constant = tensors.get(`${name}.noise_const`)?.data();
  store.create(
    `${name}.noise`,
    'plain',
    [height, width],
    constant?.map((value) => value * strength),
  );
  if (constant && strength !== 0) store.create(`${name}.noise_strength`, 'plain', [1], [strength]);
}

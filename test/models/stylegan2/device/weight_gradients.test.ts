import { describe, expect, it } from 'vitest';
import { Engine } from '../../../../src/engine/device.ts';
import { Plan } from '../../../../src/engine/graph/plan.ts';
import { gradientOf } from '../../../../src/engine/graph/reversal.ts';
import type { Variants } from '../../../../src/engine/graph/variants.ts';
import type { TensorStore } from '../../../../src/engine/memory/tensors.ts';
import { Generator } from '../../../../src/models/stylegan2/device/generator.ts';
import { latentStore } from '../../../../src/models/stylegan2/device/loaded_network.ts';
import { layerName } from '../../../../src/models/stylegan2/network/layers.ts';
import { noiseMapCalls } from '../../../../src/models/stylegan2/network/noise_maps.ts';
import { imageShape } from '../../../../src/models/stylegan2/network/outputs.ts';
import { synthesisCalls } from '../../../../src/models/stylegan2/network/synthesis.ts';
import { weightEnergyCalls } from '../../../../src/models/stylegan2/network/weight_energies.ts';
import { readGenerator } from '../../../../src/models/stylegan2/network/weights.ts';
import { nodeShaders } from '../../../../src/node/gpu/node_shaders.ts';
import { readFixture } from '../../../support/fixture_files.ts';
import { openTestDevice } from '../../../support/test_device.ts';
import { relativeDifference } from '../../../twins/finite_differences.ts';
import { Random } from '../../../twins/random.ts';

// SPEC.md §7.
const gradientTolerance = 5e-4;
/** Of finite differences, as a part of a tensor's largest value. Smaller ones round more, larger ones meet more kinks. */
const relativeStep = 2 ** -12;
/**
 * Differences of f32 pictures against the gradient's length. Every step crosses kinks of some leaky ReLU, and rounding
 * leaves 1e-3: the largest difference that was seen is 2.7e-3.
 */
const slopeTolerance = 5e-3;

/**
 * One of each sort: both convolutions, at few and many cells, a bias, both of toRGB, the constant, the affine layers of a
 * convolution and of toRGB, noise and its strength.
 */
const trained = [
  'synthesis.b4.const',
  'synthesis.b4.conv1.weight',
  'synthesis.b8.conv0.weight',
  'synthesis.b64.conv0.weight',
  'synthesis.b64.conv1.weight',
  'synthesis.b16.conv1.bias',
  'synthesis.b32.torgb.weight',
  'synthesis.b64.torgb.bias',
  'synthesis.b16.conv0.affine.weight',
  'synthesis.b32.torgb.affine.weight',
  'synthesis.b8.conv1.affine.bias',
  'synthesis.b8.conv0.noise_const',
  'synthesis.b64.conv1.noise_const',
  'synthesis.b8.conv0.noise_strength',
];

const noisy = [
  { block: 8, layer: 'conv0' },
  { block: 64, layer: 'conv1' },
] as const;

const layers = [
  { block: 4, layer: 'conv1' },
  { block: 8, layer: 'conv0' },
  { block: 64, layer: 'conv0' },
  { block: 64, layer: 'conv1' },
] as const;

/** Every way in which a plan may compute a convolution. */
const kernels: Readonly<Record<string, Variants | undefined>> = {
  'plain kernels': undefined,
  'lists of cells, fused': choice({ epilogue: 'fused' }),
  'lists of cells, apart': choice({}),
  'inputs modulated ahead': choice({ cellsAhead: 0, epilogue: 'fused' }),
  'split sums': choice({ invocations: 32768, epilogue: 'fused' }),
  'Winograd’s algorithm': choice({ winograd: { cells: 0, channels: 0 }, epilogue: 'fused' }),
};

function choice(fields: Partial<Variants>): Variants {
  return { cellsFirst: true, invocations: 0, cellsAhead: 1e9, epilogue: 'apart', ...fields };
}

interface Network {
  /** Σ image · cotangent, in f64. */
  readonly objective: () => Promise<number>;
  readonly store: TensorStore;
  readonly destroy: () => void;
}

/** The tiny network with weights of its own to train, in parts where a largest tensor is given. */
async function buildNetwork(variants?: Variants): Promise<Network> {
  const device = await openTestDevice();
  const description = { vendor: '', architecture: '', device: '', description: '', features: [] };
  const engine = new Engine(device, { ...description, isSoftware: true }, nodeShaders);
  const fixture = readFixture('tiny');
  const weights = readGenerator(fixture.file);
  const generator = await Generator.load(engine, weights);
  const { config } = generator;
  const store = latentStore(generator);
  store.write('ws', fixture.values('ws').slice(0, config.numWs * config.wDim));
  for (const layer of noisy) {
    const name = `${layerName(layer)}.noise_const`;
    store.create(name, 'plain', [layer.block ** 2], weights.tensors.get(name)?.data());
    store.create(`${layerName(layer)}.noise`, 'plain', [layer.block ** 2]);
  }
  for (const name of trained) {
    const { layout, shape } = store.get(name);
    const values = await store.read(name);
    if (store.find(name) !== generator.store.find(name)) store.delete(name);
    // Shadows the model's.
    store.create(name, layout, shape, values);
    store.create(gradientOf(name), layout, shape);
  }
  const energies = weightEnergyCalls(config, layers);
  for (const { energy } of energies.map(({ tensors }) => tensors))
    store.create(energy, 'plain', generator.store.get(energy).shape);
  const shape = imageShape(config);
  const cotangent = fixture.values('image_cotangent');
  store.create('image', 'map', shape);
  store.create(gradientOf('image'), 'map', shape, cotangent);
  const request = {
    calls: [
      ...energies,
      ...noiseMapCalls(config, noisy),
      ...synthesisCalls(config, { upTo: config.resolution, image: true }),
    ],
    roots: ['image'],
    wanted: trained,
    freeRounding: true,
  };
  const plan = await Plan.build(request, {
    device,
    pipelines: engine.pipelines,
    store,
    arena: generator.arena,
    variants,
  });
  return {
    store,
    objective: async () => {
      plan.submit(device);
      const image = await store.read('image');
      return image.reduce((sum, value, i) => sum + value * cotangent[i], 0);
    },
    destroy: () => {
      plan.destroy();
      store.destroy();
      generator.destroy();
    },
  };
}

describe('gradients of the network’s weights', () => {
  it.each(trained)('%s is what finite differences say', async (name) => {
    const { store, objective, destroy } = await buildNetwork();
    await objective();
    const gradient = await store.read(gradientOf(name));
    const values = await store.read(name);
    const random = new Random(5);
    const noise = values.map(() => random.normal());
    const size = Math.max(...values.map(Math.abs));
    const slope = Math.sqrt(gradient.reduce((sum, d) => sum + d * d, 0));
    // Along the gradient, where errors of any element add up to little, and along one that has nothing to do with it.
    const directions = [
      gradient.map((d) => d / slope),
      noise.map((d) => d / Math.sqrt(noise.length)),
    ];
    for (const direction of directions) {
      const largest = Math.max(...direction.map(Math.abs));
      const central = async (step: number): Promise<number> => {
        const at = async (sign: number): Promise<number> => {
          store.write(
            name,
            values.map((value, i) => value + sign * step * direction[i]),
          );
          return objective();
        };
        return ((await at(1)) - (await at(-1))) / (2 * step);
      };
      const step = (relativeStep * size) / largest;
      const found = (4 * (await central(step / 2)) - (await central(step))) / 3;
      const expected = gradient.reduce((sum, d, i) => sum + d * direction[i], 0);
      expect(Math.abs(found - expected) / slope).toBeLessThan(slopeTolerance);
    }
    store.write(name, values);
    destroy();
  });

  it.each(Object.keys(kernels).slice(1))('are the same with %s', async (name) => {
    const plain = await buildNetwork();
    const other = await buildNetwork(kernels[name]);
    await plain.objective();
    await other.objective();
    for (const tensor of trained) {
      const expected = await plain.store.read(gradientOf(tensor));
      const found = await other.store.read(gradientOf(tensor));
      expect(relativeDifference(found, expected), tensor).toBeLessThan(gradientTolerance);
    }
    plain.destroy();
    other.destroy();
  });
});

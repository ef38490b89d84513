import { describe, expect, it } from 'vitest';
import type { Call } from '../../../../src/engine/graph/reversal.ts';
import { parseSafetensors, writeSafetensors } from '../../../../src/formats/safetensors.ts';
import { Generator } from '../../../../src/models/stylegan2/device/generator.ts';
import {
  blockSize,
  blocksOf,
  blocksUpTo,
  type GeneratorConfig,
  lastBlock,
} from '../../../../src/models/stylegan2/network/config.ts';
import { mappingCalls } from '../../../../src/models/stylegan2/network/mapping.ts';
import { officialTensors } from '../../../../src/models/stylegan2/network/official_tensors.ts';
import { synthesisCalls } from '../../../../src/models/stylegan2/network/synthesis.ts';
import {
  type GeneratorWeights,
  readGenerator,
} from '../../../../src/models/stylegan2/network/weights.ts';
import { openTestEngine } from '../../../support/test_device.ts';
import { relativeDifference } from '../../../twins/finite_differences.ts';
import { Random } from '../../../twins/random.ts';
import { Tensor, type Tensors, tensor } from '../../../twins/twin.ts';
import { twins } from '../../../twins/twins.ts';

interface Shape {
  readonly what: string;
  /** Rows and columns of the constant; 4 × 4 where they are not given. */
  readonly constant?: readonly [height: number, width: number];
  readonly channels: readonly number[];
  readonly zDim: number;
  readonly wDim: number;
  readonly mappingLayers: number;
  readonly imgChannels: number;
  readonly convClamp: number | null;
  readonly noise: boolean;
}

const shapes: readonly Shape[] = [
  {
    what: 'channels that are no multiple of four, without noise',
    channels: [6, 5, 3, 1],
    zDim: 7,
    wDim: 20,
    mappingLayers: 3,
    imgChannels: 3,
    convClamp: null,
    noise: false,
  },
  {
    what: 'a clamp that bites, more channels above than below, grey',
    channels: [3, 9, 13, 2, 5],
    zDim: 70,
    wDim: 67,
    mappingLayers: 8,
    imgChannels: 1,
    convClamp: 0.9,
    noise: true,
  },
  {
    what: 'a constant of 4 × 2',
    constant: [4, 2],
    channels: [6, 5, 3, 4],
    zDim: 9,
    wDim: 12,
    mappingLayers: 2,
    imgChannels: 3,
    convClamp: null,
    noise: true,
  },
  {
    what: 'a constant of 5 × 3, grey',
    constant: [5, 3],
    channels: [5, 6, 4, 3],
    zDim: 8,
    wDim: 10,
    mappingLayers: 2,
    imgChannels: 1,
    convClamp: 1.1,
    noise: true,
  },
  {
    what: 'a constant of one row',
    constant: [1, 6],
    channels: [4, 5, 2, 3],
    zDim: 8,
    wDim: 10,
    mappingLayers: 2,
    imgChannels: 3,
    convClamp: null,
    noise: true,
  },
];

/** Random weights of a shape, written to a file and read back as a person's would be. */
function weightsOf(shape: Shape): GeneratorWeights {
  const { channels, zDim, wDim, mappingLayers, imgChannels, convClamp, noise } = shape;
  const [constantHeight, constantWidth] = shape.constant ?? [4, 4];
  const constant = { height: constantHeight, width: constantWidth };
  const last = 4 << (channels.length - 1);
  const blocks = blocksUpTo(last);
  const { height, width } = blockSize({ constant }, last);
  const config = {
    resolution: Math.max(height, width),
    height,
    width,
    constant,
    imgChannels,
    channels: new Map(blocks.map((r, i) => [r, channels[i]])),
    zDim,
    cDim: 0,
    wDim,
    numWs: 2 * channels.length,
    mappingLayers,
    convClamp,
    truncates: true,
    dragDefaults: null,
  };
  const random = new Random(11);
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  const present = { has: (name: string) => noise || !/noise/.test(name) };
  for (const [name, { shape: sizes }] of officialTensors(config, present)) {
    const length = sizes.reduce((a, b) => a * b, 1);
    // The mapping network's multiplier 0.01 makes weights of about 100.
    const scale = /^mapping\.fc\d+\.weight/.test(name) ? 100 : name.endsWith('bias') ? 0.5 : 1;
    const mean = name.endsWith('affine.bias') ? 1 : 0;
    const data = Float32Array.from({ length }, () => mean + scale * random.normal());
    tensors.set(name, { shape: [...sizes], data });
  }
  const metadata = { config: JSON.stringify({ conv_clamp: convClamp }) };
  return readGenerator(parseSafetensors(writeSafetensors(tensors, metadata)));
}

/** Runs calls through their twins: the network in f64. */
function runTwins(calls: readonly Call[], tensors: Record<string, Tensor>): void {
  for (const { operation, sizes, params, tensors: names } of calls) {
    const inputs: Record<string, Tensor> = {};
    for (const [own, name] of Object.entries(names))
      if (name in tensors) inputs[own] = tensors[name];
    const outputs: Tensors = twins[operation](inputs, { ...sizes, ...params });
    for (const [own, output] of Object.entries(outputs)) tensors[names[own]] = output;
  }
}

/** What the calls find besides ws: weights as they are in the file, and what the upload makes of them. */
function givenTensors({ config, tensors }: GeneratorWeights): Record<string, Tensor> {
  const given: Record<string, Tensor> = {};
  for (const [name, { shape, data }] of tensors) {
    const values = Float64Array.from(data());
    given[name] = new Tensor(name.endsWith('const') ? [1, ...shape] : shape, values);
    const layer = /^(.*\.conv[01])\.weight$/.exec(name)?.[1];
    if (!layer) continue;
    const [outputs, inputs] = shape;
    given[`${layer}.energy`] = tensor([outputs, inputs], (o, i) => {
      const at = (o * inputs + i) * 9;
      return values.subarray(at, at + 9).reduce((sum, value) => sum + value * value, 0);
    });
    const { height, width } = blockSize(config, Number(/\.b(\d+)\./.exec(layer)?.[1]));
    const strength = tensors.get(`${layer}.noise_strength`)?.data()[0] ?? 0;
    const noise = tensors.get(`${layer}.noise_const`)?.data();
    given[`${layer}.noise`] = tensor([height, width], (row, column) =>
      noise ? strength * noise[row * width + column] : 0,
    );
  }
  expect(config.numWs).toBeGreaterThan(0);
  return given;
}

/** Image and lowest features in f64. */
function drawTwins(
  weights: GeneratorWeights,
  given: Record<string, Tensor>,
  ws: Float64Array,
): Tensors {
  const { config } = weights;
  const tensors = { ...given };
  for (let row = 0; row < config.numWs; row++) {
    const values = ws.subarray(row * config.wDim, (row + 1) * config.wDim);
    tensors[`ws.${row}`] = new Tensor([1, config.wDim], values);
  }
  runTwins(synthesisCalls(config, { upTo: lastBlock(config), image: true }), tensors);
  return tensors;
}

const seedWs = ({ numWs, wDim }: GeneratorConfig): Float32Array => {
  const random = new Random(5);
  return Float32Array.from({ length: numWs * wDim }, () => random.normal());
};

describe.each(shapes)('a network with $what', (shape) => {
  const weights = weightsOf(shape);
  const { config } = weights;
  const given = givenTensors(weights);
  const ws = seedWs(config);

  it('maps and draws as its twins do in f64', async () => {
    const generator = await Generator.load(await openTestEngine(), weights);
    const random = new Random(3);
    const z = Float32Array.from({ length: config.zDim }, () => random.normal());
    const mapped: Record<string, Tensor> = {
      ...given,
      z: new Tensor([1, config.zDim], Float64Array.from(z)),
    };
    runTwins(mappingCalls(config), mapped);
    expect(relativeDifference(await generator.latent({ z }), mapped.ws.values)).toBeLessThan(2e-5);
    const features = blocksOf(config).map((r) => `b${r}.x`);
    const results = await generator.evaluate(ws, { tensors: ['image', ...features] });
    const twin = drawTwins(weights, given, Float64Array.from(ws));
    for (const name of ['image', ...features]) {
      const found = results.get(name)?.data ?? [];
      expect(relativeDifference(found, twin[name].values), name).toBeLessThan(2e-5);
    }
    generator.destroy();
  });

  it('has the gradient that finite differences of its twins have', async () => {
    const generator = await Generator.load(await openTestEngine(), weights);
    const random = new Random(9);
    const { values, shape: sizes } = drawTwins(weights, given, Float64Array.from(ws)).image;
    const cotangent = Float32Array.from(values, () => random.normal());
    const gradient = { of: 'image', cotangent };
    const results = await generator.evaluate(ws, { tensors: [], gradient });
    const found = results.get('grad_ws')?.data ?? new Float32Array();
    const scalar = (shifted: Float64Array) =>
      drawTwins(weights, given, shifted).image.values.reduce(
        (sum, v, i) => sum + v * cotangent[i],
        0,
      );
    expect(sizes[1]).toBe(config.imgChannels);
    const norm = Math.hypot(...found);
    // A step along one row of ws, so that every row is tried.
    for (let row = 0; row < config.numWs; row++) {
      const direction = Float64Array.from(ws, (_, i) =>
        Math.floor(i / config.wDim) === row ? random.normal() : 0,
      );
      const step = 1e-6;
      const [ahead, behind] = [step, -step].map((h) =>
        scalar(Float64Array.from(ws, (value, i) => value + h * direction[i])),
      );
      const slope = found.reduce((sum, value, i) => sum + value * direction[i], 0);
      const expected = (ahead - behind) / (2 * step);
      const scale = norm * Math.hypot(...direction);
      expect(Math.abs(slope - expected) / scale, `row ${row}`).toBeLessThan(5e-4);
    }
    generator.destroy();
  });
});

import { describe, expect, it } from 'vitest';
import { Generator } from '../../../../src/models/stylegan2/device/generator.ts';
import { blocksOf, type GeneratorConfig } from '../../../../src/models/stylegan2/network/config.ts';
import { mappingCalls } from '../../../../src/models/stylegan2/network/mapping.ts';
import { type OddShape, oddWeights } from '../../../support/odd_weights.ts';
import { openTestEngine } from '../../../support/test_device.ts';
import { relativeDifference } from '../../../twins/finite_differences.ts';
import { drawTwins, givenTensors, runTwins } from '../../../twins/network.ts';
import { Random } from '../../../twins/random.ts';
import { Tensor } from '../../../twins/twin.ts';

const shapes: readonly (OddShape & { readonly what: string })[] = [
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

const seedWs = ({ numWs, wDim }: GeneratorConfig): Float32Array => {
  const random = new Random(5);
  return Float32Array.from({ length: numWs * wDim }, () => random.normal());
};

describe.each(shapes)('a network with $what', (shape) => {
  const weights = oddWeights(shape);
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

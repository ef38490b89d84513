import { describe, expect, it } from 'vitest';
import { Engine } from '../../../../src/engine/device.ts';
import { InputError } from '../../../../src/formats/errors.ts';
import { Generator } from '../../../../src/models/stylegan2/device/generator.ts';
import { readGenerator } from '../../../../src/models/stylegan2/network/weights.ts';
import { nodeShaders } from '../../../../src/node/gpu/node_shaders.ts';
import { type Fixture, readFixture } from '../../../support/fixture_files.ts';
import { openTestDevice } from '../../../support/test_device.ts';
import { relativeDifference } from '../../../twins/finite_differences.ts';

// SPEC.md §7.
const valueTolerance = 2e-5;
const gradientTolerance = 5e-4;

let engine: Engine | undefined;

async function openGenerator(fixture: Fixture): Promise<Generator> {
  const device = await openTestDevice();
  engine ??= new Engine(
    device,
    { vendor: '', architecture: '', device: '', description: '', features: [], isSoftware: true },
    nodeShaders,
  );
  return Generator.load(engine, readGenerator(fixture.file));
}

/** The first of the samples that a golden tensor holds. */
const firstSample = (values: Float32Array, length: number): Float32Array => values.slice(0, length);

describe.each(['tiny', 'tiny_clamp', 'mid'])('the network %s', (name) => {
  const fixture = readFixture(name);
  const config = JSON.parse(fixture.file.metadata.config ?? '{}');
  const featureName = `b${config.feature_resolution}.x`;

  it('gives the golden image and features', async () => {
    const generator = await openGenerator(fixture);
    const { numWs, wDim, resolution } = generator.config;
    const ws = firstSample(fixture.values('ws'), numWs * wDim);
    const features = [...fixture.file.tensors.keys()].filter((key) => /^b\d+\.x$/.test(key));
    expect(features.length).toBeGreaterThanOrEqual(5);
    const tensors = ['image', ...features];
    const results = await generator.evaluate(ws, { tensors });
    for (const tensor of tensors) {
      const data = results.get(tensor)?.data ?? [];
      const golden = fixture.values(tensor === 'image' ? `b${resolution}.img` : tensor);
      expect(relativeDifference(data, firstSample(golden, data.length)), tensor).toBeLessThan(
        valueTolerance,
      );
    }
    const quiet = await generator.evaluate(ws, { tensors: ['image'], noise: 'none' });
    const image = quiet.get('image')?.data ?? [];
    const golden = firstSample(fixture.values('image.noise_none'), image.length);
    expect(relativeDifference(image, golden), 'without noise').toBeLessThan(valueTolerance);
    generator.destroy();
  });

  it('gives the golden gradients of image and features', async () => {
    const generator = await openGenerator(fixture);
    const { numWs, wDim } = generator.config;
    const ws = firstSample(fixture.values('ws'), numWs * wDim);
    const cases = [
      { of: 'image', cotangent: 'image_cotangent', golden: 'grad_ws.image' },
      { of: featureName, cotangent: 'feature_cotangent', golden: 'grad_ws.feature' },
    ];
    for (const { of, cotangent, golden } of cases) {
      const gradient = { of, cotangent: fixture.values(cotangent) };
      const results = await generator.evaluate(ws, { tensors: [], gradient });
      const found = results.get('grad_ws')?.data ?? [];
      const expected = firstSample(fixture.values(golden), found.length);
      expect(relativeDifference(found, expected), golden).toBeLessThan(gradientTolerance);
    }
    generator.destroy();
  });

  it('maps z to the golden ws, truncated and not', async () => {
    const generator = await openGenerator(fixture);
    const { numWs, wDim, zDim } = generator.config;
    const z = firstSample(fixture.values('z'), zDim);
    const cases = [
      { golden: 'ws.psi1.0', options: {} },
      { golden: 'ws.psi0.7', options: { psi: 0.7 } },
      { golden: 'ws.psi0.5.cutoff4', options: { psi: 0.5, cutoff: 4 } },
    ];
    for (const { golden, options } of cases) {
      const ws = await generator.latent({ z }, options);
      const expected = firstSample(fixture.values(golden), numWs * wDim);
      expect(relativeDifference(ws, expected), golden).toBeLessThan(valueTolerance);
    }
    generator.destroy();
  });
});

describe('a class-conditional network', () => {
  const fixture = readFixture('conditional');

  it('gives the golden ws and image of every class', async () => {
    const generator = await openGenerator(fixture);
    const { cDim, zDim, numWs, wDim, resolution } = generator.config;
    expect(cDim).toBe(4);
    const z = fixture.values('z');
    for (let classIndex = 0; classIndex < cDim; classIndex++) {
      const row = z.length === zDim ? z : z.slice(classIndex * zDim, (classIndex + 1) * zDim);
      const ws = await generator.latent({ z: row }, { psi: 0.7, classIndex });
      const length = numWs * wDim;
      const golden = fixture.values('ws.psi0.7').slice(classIndex * length);
      expect(relativeDifference(ws, firstSample(golden, length))).toBeLessThan(valueTolerance);
      const results = await generator.evaluate(ws, { tensors: ['image'] });
      const image = results.get('image')?.data ?? [];
      const pixels = 3 * resolution * resolution;
      const goldenImage = fixture.values('image').slice(classIndex * pixels);
      expect(relativeDifference(image, firstSample(goldenImage, pixels))).toBeLessThan(
        valueTolerance,
      );
    }
    await expect(async () => generator.latent({ z: z.slice(0, zDim) })).rejects.toThrow(InputError);
    generator.destroy();
  });
});

describe('a generator', () => {
  it('gives the same where its largest tensors come in parts', async () => {
    const fixture = readFixture('tiny');
    const generator = await openGenerator(fixture);
    const { numWs, wDim, resolution } = generator.config;
    const channels = generator.config.channels.get(resolution) ?? 0;
    // Room for one group of four channels at the highest resolution.
    const room = 16 * (resolution + 1) ** 2;
    expect(channels).toBeGreaterThan(4);
    const weights = readGenerator(fixture.file);
    const parted = await Generator.load(generator.engine, weights, { largestTensor: room });
    const ws = firstSample(fixture.values('ws'), numWs * wDim);
    const gradient = { of: 'image', cotangent: fixture.values('image_cotangent') };
    const whole = await generator.evaluate(ws, { tensors: ['image'], gradient });
    const parts = await parted.evaluate(ws, { tensors: ['image'], gradient });
    for (const name of ['image', 'grad_ws'])
      expect(
        relativeDifference(parts.get(name)?.data ?? [], whole.get(name)?.data ?? []),
        name,
      ).toBeLessThan(2e-6);
    parted.destroy();
    generator.destroy();
  });

  it('refuses what its network does not have', async () => {
    const generator = await openGenerator(readFixture('tiny'));
    const ws = new Float32Array(generator.config.numWs * generator.config.wDim);
    await expect(generator.evaluate(ws, { tensors: ['b999.x'] })).rejects.toThrow(InputError);
    await expect(generator.evaluate(ws.slice(1), { tensors: ['image'] })).rejects.toThrow(
      InputError,
    );
    const gradient = { of: 'image', cotangent: [1, 2, 3] };
    await expect(generator.evaluate(ws, { tensors: [], gradient })).rejects.toThrow(InputError);
    generator.destroy();
  });

  it('draws the same picture as its image tensor says', async () => {
    const fixture = readFixture('tiny');
    const generator = await openGenerator(fixture);
    const { numWs, wDim, resolution } = generator.config;
    const ws = firstSample(fixture.values('ws'), numWs * wDim);
    const { width, height, rgba } = await generator.generate(ws);
    expect([width, height]).toEqual([resolution, resolution]);
    const image = (await generator.evaluate(ws, { tensors: ['image'] })).get('image')?.data ?? [];
    const pixels = resolution * resolution;
    for (let pixel = 0; pixel < pixels; pixel += 97)
      for (let c = 0; c < 3; c++) {
        const value = Math.trunc(
          Math.min(255, Math.max(0, 127.5 * image[c * pixels + pixel] + 128)),
        );
        expect(rgba[4 * pixel + c]).toBe(value);
      }
    generator.destroy();
  });
});

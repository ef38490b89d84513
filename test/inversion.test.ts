import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  applyWeightDelta,
  createModel,
  type InversionProgress,
  loadModel,
  type Model,
  parseModelFile,
  peakSignalToNoise,
  readGenerator,
} from '../src/index.ts';
import { rateAt } from '../src/inversion/options.ts';
import { openTestEngine } from './test_device.ts';

let model: Model;

beforeAll(async () => {
  const engine = await openTestEngine();
  model = await loadModel(engine, readFileSync('test/fixtures/tiny.safetensors'));
});

const short = { steps: 60, samples: 10, seed: 100, interval: 20 };

describe('inversion', () => {
  it('finds a picture of the model itself much nearer than any it begins with', async () => {
    const target = await model.generate(await model.latent({ seed: 7 }));
    const inversion = model.invert(target, short);
    const told: InversionProgress[] = [];
    inversion.on('iteration', (progress) => told.push(progress));
    const result = await inversion.run();

    expect(result.stopped).toBe('steps');
    expect(result.iterations).toBe(60);
    expect(told.map(({ stage }) => stage)).toEqual(['w', 'w+', 'w+', 'w+']);
    const starts = await Promise.all(
      Array.from({ length: 10 }, async (_, k) =>
        peakSignalToNoise(await model.generate(await model.latent({ seed: 100 + k })), target),
      ),
    );
    expect(result.psnr).toBeGreaterThan(Math.max(...starts) + 5);
    // What it says of its latent holds for the latent's picture, which may round otherwise.
    const picture = await model.generate(inversion.latent());
    expect(peakSignalToNoise(picture, inversion.image())).toBeGreaterThan(60);
    expect(peakSignalToNoise(picture, target)).toBeCloseTo(result.psnr, 2);
  });

  it('gives the same again', async () => {
    const target = await model.generate(await model.latent({ seed: 8 }));
    const once = model.invert(target, { ...short, steps: 10 });
    const again = model.invert(target, { ...short, steps: 10 });
    await once.run();
    await again.run();
    expect(again.latent()).toEqual(once.latent());
  });

  it('stops when it is told to, with the best so far', async () => {
    const target = await model.generate(await model.latent({ seed: 9 }));
    const inversion = model.invert(target, { steps: 1000, samples: 0, interval: 5 });
    inversion.on('iteration', () => inversion.stop());
    const { stopped, iterations } = await inversion.run();
    expect({ stopped, iterations }).toEqual({ stopped: 'stopped', iterations: 5 });
    expect(inversion.latent().every(Number.isFinite)).toBe(true);
  });

  it('keeps the best where the numbers run away', async () => {
    const target = await model.generate(await model.latent({ seed: 9 }));
    const inversion = model.invert(target, {
      steps: 40,
      samples: 0,
      interval: 5,
      learningRate: 1e38,
    });
    const { stopped } = await inversion.run();
    expect(stopped).toBe('diverged');
    expect(inversion.latent().every(Number.isFinite)).toBe(true);
  });

  it('refuses a picture of another size, and options that make no sense', async () => {
    const picture = { width: 2, height: 2, rgba: new Uint8ClampedArray(16) };
    expect(() => model.invert(picture)).toThrow(/2 × 2 pixels, the model 64 × 64/);
    const target = await model.generate(await model.latent({ seed: 9 }));
    expect(() => model.invert(target, { steps: 0 })).toThrow(/steps/);
    expect(() => model.invert(target, { shareOfW: 2 })).toThrow(/shareOfW/);
    expect(() => model.invert(target, { samples: 0.5 })).toThrow(/samples/);
  });

  it('raises the rate and lowers it to nothing', () => {
    expect(rateAt(0, 1)).toBe(0);
    expect(rateAt(0.3, 1)).toBe(1);
    expect(rateAt(0.8, 1)).toBeCloseTo(0.5);
    expect(rateAt(1, 1)).toBeCloseTo(0);
  });

  it('is brought nearer by tuning the network around what it found', async () => {
    const target = await model.generate(await model.latent({ seed: 7 }));
    const inversion = model.invert(target, { ...short, steps: 20 });
    const { psnr } = await inversion.run();
    const tuning = await model.tunePicture(target, inversion.latent(), { learningRate: 3e-3 });
    await tuning.run({ steps: 20 });
    const tuned = peakSignalToNoise(await tuning.generate(), target);
    expect(tuned).toBeGreaterThan(psnr + 2);
    // A saved delta, and the weights that it belongs to, are a model that draws the same.
    const file = parseModelFile(readFileSync('test/fixtures/tiny.safetensors'));
    const weights = await applyWeightDelta(readGenerator(file), await tuning.delta());
    const again = await createModel(await openTestEngine(), weights);
    const picture = await again.generate(inversion.latent());
    expect(peakSignalToNoise(picture, target)).toBeCloseTo(tuned, 1);
    tuning.destroy();
    again.destroy();
  });
});

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { rateAt } from '../../src/inversion/options.ts';
import {
  applyWeightDelta,
  createModel,
  InputError,
  type InversionProgress,
  loadModel,
  type Model,
  parseModelFile,
  peakSignalToNoise,
  readGenerator,
} from '../../src/library/api.ts';
import { openTestEngine } from '../support/test_device.ts';

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

  it('finds noise beside the latent, which a delta brings back', async () => {
    const target = await model.generate(await model.latent({ seed: 7 }));
    const plain = model.invert(target, { ...short, steps: 40 });
    const noisy = model.invert(target, { ...short, steps: 40, noise: true });
    const [without, result] = [await plain.run(), await noisy.run()];
    expect(plain.noise().size).toBe(0);
    expect(result.loss).toBeLessThan(without.loss);

    const file = parseModelFile(readFileSync('test/fixtures/tiny.safetensors'));
    const weights = readGenerator(file);
    const noise = noisy.noise();
    const names = [...weights.tensors.keys()].filter((name) => name.endsWith('.noise_const'));
    expect([...noise.keys()]).toEqual(names);
    for (const map of noise.values()) {
      const mean = map.reduce((sum, value) => sum + value, 0) / map.length;
      const square = map.reduce((sum, value) => sum + value ** 2, 0) / map.length;
      expect(Math.abs(mean)).toBeLessThan(1e-5);
      expect(Math.abs(square - 1)).toBeLessThan(1e-5);
    }

    const changed = await applyWeightDelta(weights, await noisy.delta());
    expect(changed.pivot).toEqual(noisy.latent());
    const again = await createModel(await openTestEngine(), changed);
    const picture = await again.generate(noisy.latent());
    expect(peakSignalToNoise(picture, noisy.image())).toBeGreaterThan(60);
    again.destroy();
    // The model itself stays as it was.
    const own = await model.generate(noisy.latent());
    expect(peakSignalToNoise(own, noisy.image())).toBeLessThan(50);

    const tuning = await model.fineTune(target, noisy.latent(), { noise });
    expect(peakSignalToNoise(await tuning.generate(), noisy.image())).toBeGreaterThan(60);
    await tuning.run({ steps: 5 });
    const drawn = await tuning.generate();
    const fineTunedWeights = await applyWeightDelta(weights, await tuning.delta());
    const tuned = await createModel(await openTestEngine(), fineTunedWeights);
    expect(peakSignalToNoise(await tuned.generate(noisy.latent()), drawn)).toBeGreaterThan(60);
    tuning.destroy();
    tuned.destroy();
  });

  it('keeps noise that its regulariser guards as noise', async () => {
    const target = await model.generate(await model.latent({ seed: 7 }));
    const correlations: number[] = [];
    for (const noiseRegularization of [0, 0.3]) {
      const inversion = model.invert(target, { ...short, noise: true, noiseRegularization });
      await inversion.run();
      const map = inversion.noise().get('synthesis.b64.conv1.noise_const') ?? new Float32Array();
      const beside = map.reduce((sum, value, i) => {
        const next = i % 64 === 63 ? i - 63 : i + 1;
        return sum + value * map[next];
      }, 0);
      correlations.push(Math.abs(beside / map.length));
    }
    expect(correlations[1]).toBeLessThan(0.2 * correlations[0]);
    // Of white noise, on average.
    expect(correlations[1]).toBeLessThan(1 / 64);
  });

  it('refuses noise that is not the model’s', async () => {
    const target = await model.generate(await model.latent({ seed: 7 }));
    const ws = await model.latent({ seed: 7 });
    const inversion = model.invert(target, { steps: 1, samples: 0, noise: true });
    await inversion.run();
    const [[name, map]] = inversion.noise();
    const wrong = [
      new Map([[name, map]]),
      new Map([...inversion.noise(), ['synthesis.b128.conv0.noise_const', map]]),
      new Map([...inversion.noise(), [name, map.slice(1)]]),
      new Map([...inversion.noise(), [name, map.map(() => Number.NaN)]]),
    ];
    for (const noise of wrong)
      await expect(model.fineTune(target, ws, { noise })).rejects.toThrow(InputError);
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
    const tuning = await model.fineTune(target, inversion.latent(), { learningRate: 3e-3 });
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

import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/formats/errors.ts';
import { parseSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import type { ImageLoss } from '../../src/inversion/image_loss.ts';
import { type FineTuningRecord, PivotalTuning } from '../../src/inversion/pivotal_tuning.ts';
import { applyWeightDelta, weightDelta } from '../../src/inversion/weight_delta.ts';
import { Generator, type GeneratorOptions } from '../../src/models/stylegan2/device/generator.ts';
import { readLatent } from '../../src/models/stylegan2/files/latent_file.ts';
import { imageShape } from '../../src/models/stylegan2/network/outputs.ts';
import {
  type GeneratorWeights,
  readGenerator,
} from '../../src/models/stylegan2/network/weights.ts';
import { readFixture } from '../support/fixture_files.ts';
import { openTestEngine } from '../support/test_device.ts';

const weights = readGenerator(readFixture('tiny').file);

/** The mean squared difference from a picture (1, C, H, W). */
function squaredLoss(generator: Generator, target: Float32Array): ImageLoss {
  const [samples, channels, height, width] = imageShape(generator.config);
  return {
    calls: [
      {
        operation: 'squared_distance',
        label: 'distance',
        sizes: { samples, channels, height, width },
        tensors: { image: 'image', target_image: 'target_image', losses: 'image_losses' },
        params: { factor: 1 },
      },
    ],
    losses: 'image_losses',
    createTensors: (store) => {
      store.create('target_image', 'map', [samples, channels, height, width], target);
      store.create('image_losses', 'plain', [samples, height]);
    },
  };
}

async function tune(
  locality: number,
  load: GeneratorOptions = {},
  of = weights,
  learningRate = 5e-3,
) {
  const generator = await Generator.load(await openTestEngine(), of, load);
  const classes = of.config.cDim > 0 ? { classIndex: 0 } : {};
  const pivot = await generator.latent({ seed: 1 }, classes);
  const other = await generator.latent({ seed: 2 }, classes);
  const target = (await generator.evaluate(other, { tensors: ['image'] })).get('image')?.data;
  const loss = squaredLoss(generator, target ?? new Float32Array());
  const options = { learningRate, locality };
  const tuning = await PivotalTuning.create(generator, pivot, loss, options);
  const records: FineTuningRecord[] = [];
  tuning.on('iteration', (record) => records.push(record));
  return { generator, pivot, other, tuning, records };
}

describe('pivotal tuning', () => {
  it('brings the picture of the pivot to the target, and saves how', async () => {
    const { generator, pivot, tuning, records } = await tune(0);
    const before = await generator.generate(pivot);
    expect((await tuning.generate()).rgba).toEqual(before.rgba);
    await tuning.run({ steps: 30 });
    expect(records).toHaveLength(30);
    expect(records[29].loss).toBeLessThan(records[0].loss / 10);
    expect((await generator.generate(pivot)).rgba, 'the generator’s own').toEqual(before.rgba);

    const delta = await tuning.delta();
    const { tensors } = parseSafetensors(delta);
    const strength = tensors.get('synthesis.b32.conv1.noise_strength');
    expect(strength?.data()[0]).not.toBe(0);
    expect(strength?.shape).toEqual([1]);
    const fineTunedWeights = await applyWeightDelta(weights, delta);
    expect(fineTunedWeights.pivot).toEqual(pivot);
    expect(readLatent(delta, weights.config), 'as a latent file').toEqual(pivot);
    const tuned = await Generator.load(generator.engine, fineTunedWeights);
    const [saved, drawn] = [await tuned.generate(pivot), await tuning.generate()];
    const difference = saved.rgba.map((value, i) => Math.abs(value - drawn.rgba[i]));
    expect(Math.max(...difference)).toBeLessThanOrEqual(1);
    tuned.destroy();
    tuning.destroy();
    generator.destroy();
  });

  it('keeps pictures near the pivot with its regulariser, and stops', async () => {
    const far: number[] = [];
    for (const locality of [0, 1]) {
      const { generator, pivot, tuning, records } = await tune(locality);
      const random = await generator.latent({ seed: 100 });
      const near = pivot.map((value, i) => value + 0.3 * (random[i] - value));
      tuning.on('iteration', ({ iteration }) => {
        if (iteration === 15) tuning.stop();
      });
      await tuning.run({ steps: 100 });
      expect(records).toHaveLength(15);
      const [original, tuned] = [await generator.generate(near), await tuning.generate(near)];
      const squares = tuned.rgba.reduce((sum, v, i) => sum + (v - original.rgba[i]) ** 2, 0);
      far.push(squares / tuned.rgba.length);
      expect(records[14].loss).toBeLessThan(records[0].loss);
      // Nothing was tuned yet: two plans of the same network, whose energies round differently.
      expect(records[0].localityLoss).toBeLessThan(1e-9);
      expect(records[14].localityLoss > 0).toBe(locality > 0);
      tuning.destroy();
      generator.destroy();
    }
    expect(far[1]).toBeLessThan(0.5 * far[0]);
  });

  it('does the same where weights come in parts or are stored in f16', async () => {
    const room = 16 * (weights.config.resolution + 1) ** 2;
    const runs = [];
    for (const load of [{}, { largestTensor: room }, { precision: 'f16' as const }]) {
      const { generator, tuning, records } = await tune(0.1, load);
      await tuning.run({ steps: 3 });
      const { tensors } = parseSafetensors(await tuning.delta());
      const shapes = Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]));
      runs.push({ shapes, losses: records.map(({ loss }) => loss) });
      tuning.destroy();
      generator.destroy();
    }
    const [whole, parts, halves] = runs;
    expect(parts.shapes).toEqual(whole.shapes);
    expect(halves.shapes).toEqual(whole.shapes);
    for (const [step, loss] of whole.losses.entries()) {
      expect(Math.abs(parts.losses[step] / loss - 1)).toBeLessThan(1e-3);
      // Rounded weights are another network, a little.
      expect(Math.abs(halves.losses[step] / loss - 1)).toBeLessThan(2e-2);
    }
  });

  it('says that the weights diverge', async () => {
    const { generator, tuning } = await tune(0, {}, weights, 1e30);
    await expect(tuning.run({ steps: 10 })).rejects.toThrow(/diverged within \d+ steps/);
    tuning.destroy();
    generator.destroy();
  });

  it('keeps pictures of every class of a network that has some', async () => {
    const conditional = readGenerator(readFixture('conditional').file);
    const { generator, tuning, records } = await tune(0.1, {}, conditional);
    await tuning.run({ steps: 3 });
    expect(records[2].localityLoss).toBeGreaterThan(0);
    tuning.destroy();
    generator.destroy();
  });

  it('sums deltas that were tuned one on top of the other', async () => {
    const change = (name: string, value: number, original: GeneratorWeights) => {
      const tensors = new Map(original.tensors);
      const tensor = tensors.get(name);
      if (!tensor) throw new RangeError(`no ${name}`);
      tensors.set(name, { ...tensor, data: () => tensor.data().map((one) => one + value) });
      return { config: original.config, tensors };
    };
    const [first, second] = ['synthesis.b4.const', 'synthesis.b8.conv0.weight'];
    const once = change(first, 0.25, weights);
    const twice = {
      ...change(second, -0.5, once),
      pivot: new Float32Array(weights.config.numWs * weights.config.wDim),
    };
    const onTop = await weightDelta(once, twice);
    await expect(applyWeightDelta(weights, onTop)).rejects.toThrow('another model');
    const sum = await applyWeightDelta(
      weights,
      await weightDelta(weights, await applyWeightDelta(once, onTop)),
    );
    for (const name of weights.tensors.keys())
      expect(sum.tensors.get(name)?.data(), name).toEqual(twice.tensors.get(name)?.data());
    expect(sum.pivot).toEqual(twice.pivot);
  });

  it('refuses deltas that do not fit', async () => {
    const { generator, tuning } = await tune(0);
    const bytes = await tuning.delta();
    const { tensors, metadata } = parseSafetensors(bytes);
    const [name, bias] = [...tensors].find(([one]) => one.endsWith('.bias')) ?? [];
    if (!name || !bias) throw new RangeError('the delta has no bias');
    const write = (change: string, length: number, value: number, model = metadata.model ?? '') =>
      writeSafetensors(
        new Map([[change, { shape: [length], data: new Float32Array(length).fill(value) }]]),
        { format: metadata.format ?? '', model },
      );
    const [length] = bias.shape;
    await expect(applyWeightDelta(weights, write(name, length, 0))).resolves.toBeDefined();
    const wrong = [
      write(name, length + 1, 0),
      write(name, length, Number.NaN),
      write('mapping.fc0.bias', length, 0),
      write('ws', length, 0),
      write(name, length, 0, 'another'),
      writeSafetensors(new Map()),
      bytes.subarray(0, bytes.length - 4),
    ];
    for (const one of wrong)
      await expect(applyWeightDelta(weights, one, 'my.delta')).rejects.toThrow(FormatError);
    tuning.destroy();
    generator.destroy();
  });
});

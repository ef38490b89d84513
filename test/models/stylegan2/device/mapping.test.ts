import { describe, expect, it } from 'vitest';
import { InputError } from '../../../../src/formats/errors.ts';
import type { NamedTensor } from '../../../../src/formats/tensors/named_tensors.ts';
import { Generator } from '../../../../src/models/stylegan2/device/generator.ts';
import { readGenerator } from '../../../../src/models/stylegan2/network/weights.ts';
import { readFixture } from '../../../support/fixture_files.ts';
import { openTestEngine } from '../../../support/test_device.ts';
import { relativeDifference } from '../../../twins/finite_differences.ts';

const closest = 2e-5;

/** A fixture's network with tensors changed, or left out by null. */
async function open(
  name: 'tiny' | 'conditional',
  changes: Record<string, ((values: Float32Array) => Float32Array) | null> = {},
): Promise<Generator> {
  const { file } = readFixture(name);
  const tensors = new Map(file.tensors);
  for (const [tensor, change] of Object.entries(changes)) {
    const found = tensors.get(`G.${tensor}`);
    if (!found) throw new RangeError(`${name} has no ${tensor}`);
    const changed: NamedTensor | null = change && {
      ...found,
      shape: found.shape,
      dtype: 'F32',
      data: () => change(found.data()),
    };
    if (changed) tensors.set(`G.${tensor}`, changed);
    else tensors.delete(`G.${tensor}`);
  }
  return Generator.load(await openTestEngine(), readGenerator({ ...file, tensors }));
}

describe('a network without an average w', () => {
  it.each(['tiny', 'conditional'] as const)('is truncated to an estimate: %s', async (name) => {
    const generator = await open(name, { 'mapping.w_avg': null });
    const { wDim, cDim, truncates } = generator.config;
    expect(truncates).toBe(false);
    const classOf = (seed: number) => (cDim > 0 ? { classIndex: seed % cDim } : {});
    const map = (seed: number, psi: number) =>
      generator.latent({ seed }, { psi, ...classOf(seed) });
    const average = (await map(5, 0)).slice(0, wDim);
    expect(await map(6, 0)).toEqual(
      Float32Array.from({ length: generator.config.numWs * wDim }, (_, i) => average[i % wDim]),
    );
    const half = await map(7, 0.5);
    const expected = (await map(7, 1)).map(
      (w, i) => average[i % wDim] + 0.5 * (w - average[i % wDim]),
    );
    expect(relativeDifference(half, expected)).toBeLessThan(closest);
    // The mean of other samples differs by what 400 of them may: a few standard errors.
    const sums = new Float64Array(2 * wDim);
    const count = 400;
    for (let seed = 0; seed < count; seed++) {
      const w = await map(seed, 1);
      for (let i = 0; i < wDim; i++) {
        sums[i] += w[i] / count;
        sums[wDim + i] += w[i] ** 2 / count;
      }
    }
    for (let i = 0; i < wDim; i++) {
      const error = Math.sqrt(Math.max(0, sums[wDim + i] - sums[i] ** 2) / count);
      expect(Math.abs(average[i] - sums[i])).toBeLessThan(6 * error + 1e-6);
    }
    generator.destroy();
  });
});

describe('classes', () => {
  /** The embedding's weights (w_dim, c_dim) with the first class's replaced. */
  const firstClass =
    (cDim: number, of: (weights: readonly number[]) => number) => (values: Float32Array) =>
      values.map((value, i) =>
        i % cDim === 0 ? of(Array.from(values.subarray(i, i + cDim))) : value,
      );

  it('may be one, several or none', async () => {
    const generator = await open('conditional');
    const { cDim } = generator.config;
    const weights = (...some: number[]) => Array.from({ length: cDim }, (_, i) => some[i] ?? 0);
    const map = (of: Generator, classes: number[]) => of.latent({ seed: 3 }, { classes });
    const second = await generator.latent({ seed: 3 }, { classIndex: 1 });
    expect(await map(generator, weights(0, 1))).toEqual(second);

    const embed = 'mapping.embed.weight';
    const both = await open('conditional', { [embed]: firstClass(cDim, ([a, b]) => 0.25 * a + b) });
    const first = await both.latent({ seed: 3 }, { classIndex: 0 });
    expect(relativeDifference(await map(generator, weights(0.25, 1)), first)).toBeLessThan(closest);

    const none = await open('conditional', { [embed]: firstClass(cDim, () => 0) });
    const unlabelled = await none.latent({ seed: 3 }, { classIndex: 0 });
    expect(relativeDifference(await map(generator, weights()), unlabelled)).toBeLessThan(closest);
    for (const one of [generator, both, none]) one.destroy();
  });

  it.each([
    ['too few', { classes: [1] }, /1 weights of classes, the model has/],
    [
      'no numbers',
      { classes: [1, Number.NaN, 0, 0, 0, 0, 0, 0, 0, 0] },
      /finite|weights of classes/,
    ],
    ['one that there is not', { classIndex: 99 }, /the model has classes 0 to/],
    ['not chosen', {}, /choose one/],
  ])('are refused where they are %s', async (_, options, message) => {
    const generator = await open('conditional');
    await expect(generator.latent({ seed: 1 }, options)).rejects.toThrow(InputError);
    await expect(generator.latent({ seed: 1 }, options)).rejects.toThrow(message);
    generator.destroy();
  });
});

describe('truncation', () => {
  it('refuses a ψ that takes w beyond f32', async () => {
    const generator = await open('tiny');
    await expect(generator.latent({ seed: 1 }, { psi: 1e308 })).rejects.toThrow(
      /ψ 1e\+308 takes w/,
    );
    expect(await generator.latent({ seed: 1 }, { psi: 1 })).toHaveLength(
      generator.config.numWs * generator.config.wDim,
    );
    generator.destroy();
  });
});

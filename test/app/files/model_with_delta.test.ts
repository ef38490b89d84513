import { describe, expect, it } from 'vitest';
import type { ReadModel, WeightDelta } from '../../../src/app/files/model_reader.ts';
import { fineTunedFurther, fineTunedModel } from '../../../src/app/files/model_with_delta.ts';
import { weightDelta } from '../../../src/inversion/weight_delta.ts';
import {
  type GeneratorWeights,
  readGenerator,
} from '../../../src/models/stylegan2/network/weights.ts';
import { readFixture } from '../../support/fixture_files.ts';

const weights = readGenerator(readFixture('tiny').file);
const model: ReadModel = { name: 'tiny.safetensors', blob: new Blob(), weights, notes: [] };
const [constant, bias] = ['synthesis.b4.const', 'synthesis.b8.conv0.bias'];

const values = ({ weights }: ReadModel, name: string): Float32Array =>
  weights.tensors.get(name)?.data() ?? new Float32Array();

/** The delta that a tuning of these weights would leave: one more in one tensor. */
async function oneMore(name: string, original: GeneratorWeights): Promise<WeightDelta> {
  const tensors = new Map(original.tensors);
  const tensor = tensors.get(name);
  if (!tensor) throw new RangeError(`no ${name}`);
  tensors.set(name, { ...tensor, data: () => tensor.data().map((value) => value + 1) });
  const { config } = original;
  const pivot = new Float32Array(config.numWs * config.wDim).fill(name === bias ? 2 : 1);
  return {
    name: `${name}.delta`,
    bytes: await weightDelta(original, { config, tensors, pivot }),
  };
}

describe('a tuned model', () => {
  it('is its file’s model with one delta, whatever it was tuned by before', async () => {
    const first = await fineTunedModel(model, await oneMore(constant, weights));
    expect(values(first, constant)[0]).toBeCloseTo(values(model, constant)[0] + 1, 5);
    expect(first.tuned?.original).toBe(model);
    const second = await fineTunedModel(first, await oneMore(bias, weights));
    expect(values(second, constant)).toEqual(values(model, constant));
    expect(values(second, bias)[0]).toBeCloseTo(values(model, bias)[0] + 1, 5);
    expect(second.tuned?.original).toBe(model);
    expect(second.tuned?.pivot?.[0]).toBe(2);
  });

  it('keeps what it was tuned by where it is tuned further, in one delta of its file’s model', async () => {
    const first = await fineTunedModel(model, await oneMore(constant, weights));
    const further = await oneMore(bias, first.weights);
    await expect(fineTunedModel(model, further)).rejects.toThrow('another model');
    const second = await fineTunedFurther(first, further);
    const delta = second.tuned?.delta ?? further;
    expect(delta.name).toBe(further.name);
    for (const tuned of [second, await fineTunedModel(model, delta)]) {
      expect(values(tuned, constant)).toEqual(values(first, constant));
      expect(values(tuned, bias)[0]).toBeCloseTo(values(model, bias)[0] + 1, 5);
      expect(tuned.tuned?.pivot?.[0]).toBe(2);
      expect(tuned.tuned?.original).toBe(model);
    }
  });
});

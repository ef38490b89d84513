import { describe, expect, it } from 'vitest';
import { parseSafetensors } from '../../../../src/formats/safetensors.ts';
import type { TensorFile } from '../../../../src/formats/tensors/named_tensors.ts';
import { Generator } from '../../../../src/models/stylegan2/device/generator.ts';
import { convertToSafetensors } from '../../../../src/models/stylegan2/files/convert.ts';
import { parseModelFile } from '../../../../src/models/stylegan2/files/model_file.ts';
import { readGenerator } from '../../../../src/models/stylegan2/network/weights.ts';
import { readFixture } from '../../../support/fixture_files.ts';
import { modelFixtures, readModelFixture } from '../../../support/model_fixtures.ts';
import { openTestEngine } from '../../../support/test_device.ts';
import { relativeDifference } from '../../../twins/finite_differences.ts';

const open = async (file: TensorFile) =>
  Generator.load(await openTestEngine(), readGenerator(file));

async function imageOf(file: TensorFile, ws: Float32Array) {
  const generator = await open(file);
  const { numWs, wDim } = generator.config;
  const results = await generator.evaluate(ws.slice(0, numWs * wDim), { tensors: ['image'] });
  generator.destroy();
  return results.get('image')?.data ?? new Float32Array(0);
}

describe('one network', () => {
  const ws = readFixture('tiny').values('ws');
  const fromTiny = modelFixtures.filter(({ twin }) => twin === 'tiny');

  it.each(fromTiny)('gives the same image from $name as from safetensors', async ({ name }) => {
    const expected = await imageOf(readFixture('tiny').file, ws);
    const image = await imageOf(parseModelFile(readModelFixture(name), name), ws);
    expect(relativeDifference(image, expected)).toBeLessThan(3e-6);
  });

  it('gives the same image once it is converted', async () => {
    const source = parseModelFile(readModelFixture('tiny_official.pkl'));
    const expected = await imageOf(source, ws);
    const exact = await imageOf(parseSafetensors(convertToSafetensors(source)), ws);
    expect(relativeDifference(exact, expected)).toBe(0);
    const half = parseSafetensors(convertToSafetensors(source, { half: true }));
    // SPEC.md §7, f16 variants.
    expect(relativeDifference(await imageOf(half, ws), expected)).toBeLessThan(5e-3);
  });
});

describe('a network with classes', () => {
  const fixture = readFixture('conditional');

  it('gives the golden image of every class from its pickle', async () => {
    const name = 'conditional_official.pkl';
    const generator = await open(parseModelFile(readModelFixture(name), name));
    const { cDim, zDim, resolution } = generator.config;
    expect(cDim).toBe(4);
    const pixels = 3 * resolution * resolution;
    for (let classIndex = 0; classIndex < cDim; classIndex++) {
      const all = fixture.values('z');
      const z = all.length === zDim ? all : all.slice(classIndex * zDim, (classIndex + 1) * zDim);
      const ws = await generator.latent({ z }, { psi: 0.7, classIndex });
      const { image } = Object.fromEntries(await generator.evaluate(ws, { tensors: ['image'] }));
      const golden = fixture.values('image').slice(classIndex * pixels, (classIndex + 1) * pixels);
      // SPEC.md §7, values.
      expect(relativeDifference(image?.data ?? [], golden), `class ${classIndex}`).toBeLessThan(
        2e-5,
      );
    }
    generator.destroy();
  });
});

import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../../../../src/cli/main.ts';
import { Progress } from '../../../../src/cli/progress.ts';
import { InputError } from '../../../../src/formats/errors.ts';
import { parseSafetensors } from '../../../../src/formats/safetensors.ts';
import type { TensorFile } from '../../../../src/formats/tensors/named_tensors.ts';
import { convertToSafetensors } from '../../../../src/models/stylegan2/files/convert.ts';
import { parseModelFile } from '../../../../src/models/stylegan2/files/model_file.ts';
import { readGenerator } from '../../../../src/models/stylegan2/network/weights.ts';
import { readFixture } from '../../../support/fixture_files.ts';
import {
  firstDifference,
  modelFixtures,
  readModelFixture,
} from '../../../support/model_fixtures.ts';

describe('convertToSafetensors', () => {
  it.each(modelFixtures)('keeps every weight of $name', ({ name }) => {
    const source = parseModelFile(readModelFixture(name), name);
    const file = parseSafetensors(convertToSafetensors(source));
    const before = readGenerator(source);
    const after = readGenerator(file);
    expect(after.config).toEqual(before.config);
    expect(file.tensors.size).toBe(before.tensors.size);
    for (const [tensor, { data }] of before.tensors)
      expect(firstDifference(after.tensors.get(tensor)?.data(), data()), tensor).toBe(-1);
  });

  it('keeps what the file recommends, and gives the same bytes twice', () => {
    const tiny = readFixture('tiny').file;
    const drag_defaults = '{"r1": 12}';
    const metadata = { ...tiny.metadata, drag_defaults, license: 'MIT' };
    const bytes = convertToSafetensors({ ...tiny, metadata });
    const file = parseSafetensors(bytes);
    expect(readGenerator(file).config.dragDefaults).toEqual({ r1: 12 });
    expect(file.metadata.license).toBe('MIT');
    expect(firstDifference(convertToSafetensors({ ...tiny, metadata }), bytes)).toBe(-1);
  });

  it('halves the weights of the synthesis network alone', () => {
    const source = readFixture('tiny').file;
    const file = parseSafetensors(convertToSafetensors(source, { half: true }));
    const before = readGenerator(source).tensors;
    for (const [name, { dtype, shape, data }] of file.tensors) {
      const halved = name.startsWith('synthesis.') && shape.length > 1 && !/noise/.test(name);
      expect(dtype, name).toBe(halved ? 'F16' : 'F32');
      const values = before.get(name)?.data() ?? [];
      const worst = data().reduce((most, value, i) => {
        // Half a step of 11 bits, or of the subnormal numbers.
        const step = Math.max(2 ** -11 * Math.abs(Number(values[i])), 2 ** -25);
        return Math.max(most, Math.abs(value - Number(values[i])) / step);
      }, 0);
      expect(worst, name).toBeLessThanOrEqual(halved ? 1 : 0);
    }
  });

  it('names a weight that f16 cannot have', () => {
    const tiny = readFixture('tiny').file;
    const name = 'G.synthesis.b8.conv1.weight';
    const large = (value: number): TensorFile => {
      const weight = tiny.tensors.get(name);
      if (!weight) throw new RangeError(`no ${name}`);
      const data = () => weight.data().fill(value, 7, 8);
      return { ...tiny, tensors: new Map([...tiny.tensors, [name, { ...weight, data }]]) };
    };
    expect(() => convertToSafetensors(large(-65520), { half: true })).toThrow(InputError);
    expect(() => convertToSafetensors(large(-65520), { half: true })).toThrow(
      /--f16: synthesis.b8.conv1.weight has -65520/,
    );
    const file = parseSafetensors(convertToSafetensors(large(65519), { half: true }));
    expect(file.tensors.get('synthesis.b8.conv1.weight')?.data()[7]).toBe(65504);
    expect(convertToSafetensors(large(-65520)).length).toBeGreaterThan(1000);
  });
});

describe('draggan convert', () => {
  const folder = mkdtempSync(join(tmpdir(), 'draggan-convert-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const inFolder = (name: string) => join(folder, name);
  const fixture = (name: string) =>
    fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url));
  const run = (...args: string[]) => runCommand(['convert', ...args], new Progress());
  beforeEach(() => {
    for (const name of readdirSync(folder)) rmSync(inFolder(name));
    writeFileSync(inFolder('in.pkl'), readModelFixture('tiny_official.pkl'));
  });

  it('writes a file that is read as the model', async () => {
    await run(inFolder('in.pkl'), inFolder('out.safetensors'), '--f16');
    expect(readdirSync(folder).sort()).toEqual(['in.pkl', 'out.safetensors']);
    const { config } = readGenerator(parseModelFile(readFileSync(inFolder('out.safetensors'))));
    expect(config).toMatchObject({ resolution: 64, convClamp: 256, truncates: true });
  });

  it('does not write over the model, under whatever name', async () => {
    symlinkSync(inFolder('in.pkl'), inFolder('symbolic'));
    linkSync(inFolder('in.pkl'), inFolder('hard'));
    for (const name of ['in.pkl', 'symbolic', 'hard'])
      await expect(run(inFolder('in.pkl'), inFolder(name))).rejects.toThrow(/is the model itself/);
    const kept = readFileSync(inFolder('in.pkl'));
    expect(firstDifference(kept, readModelFixture('tiny_official.pkl'))).toBe(-1);
  });

  it.each<[what: string, args: string[], message: RegExp]>([
    ['no output', [fixture('tiny_official.pkl')], /no OUT.safetensors is named/],
    ['a third file', [fixture('tiny_official.pkl'), inFolder('o'), 'x'], /what is "x"/],
    ['no such model', [inFolder('absent'), inFolder('o')], /absent: no such file/],
    ['no such folder', [fixture('tiny_official.pkl'), inFolder('none/o')], /no folder/],
    ['no model', [fixture('seeds.safetensors'), inFolder('o')], /none of its 8 tensors/],
  ])('refuses %s', async (_, args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
    expect(existsSync(inFolder('o'))).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { FormatError, InputError } from '../../../../src/formats/errors.ts';
import type { NamedTensor, TensorFile } from '../../../../src/formats/tensors/named_tensors.ts';
import {
  readFactors,
  signed,
  styleDirections,
} from '../../../../src/models/stylegan2/network/directions.ts';
import { addDirection } from '../../../../src/models/stylegan2/network/latent_rows.ts';
import { readGenerator } from '../../../../src/models/stylegan2/network/weights.ts';
import { readFixture } from '../../../support/fixture_files.ts';

const tiny = readGenerator(readFixture('tiny').file);
const { wDim } = tiny.config;

/** |A·v|² over the affine layers of these convolutions. */
function answer(layers: readonly string[], v: Float32Array): number {
  let squares = 0;
  for (const layer of layers) {
    const weight = tiny.tensors.get(`synthesis.${layer}.affine.weight`)?.data() ?? [];
    for (let row = 0; row < weight.length; row += wDim) {
      let sum = 0;
      for (let i = 0; i < wDim; i++) sum += weight[row + i] * v[i];
      squares += sum ** 2;
    }
  }
  return squares;
}

const all = ['b4.conv1', ...[8, 16, 32, 64].flatMap((b) => [`b${b}.conv0`, `b${b}.conv1`])];

describe('styleDirections', () => {
  it.each<[what: string, rows: number[] | undefined, layers: string[]]>([
    ['all layers', undefined, all],
    ['the layers of some rows', [0, 2, 3], ['b4.conv1', 'b8.conv1', 'b16.conv0']],
  ])('are orthonormal, and those to which %s answer most', (_, rows, layers) => {
    const { vectors } = styleDirections(tiny, { count: 5, rows });
    expect(vectors).toHaveLength(5 * wDim);
    const row = (k: number) => vectors.subarray(k * wDim, (k + 1) * wDim);
    const answers = [0, 1, 2, 3, 4].map((k) => answer(layers, row(k)));
    expect(answers).toEqual([...answers].sort((a, b) => b - a));
    for (let k = 0; k < 5; k++)
      for (let l = 0; l <= k; l++) {
        const dot = row(k).reduce((sum, value, i) => sum + value * row(l)[i], 0);
        expect(dot).toBeCloseTo(k === l ? 1 : 0, 5);
      }
    // The first is a maximum: from there on every way leads down.
    for (let i = 0; i < wDim; i++)
      for (const step of [-0.05, 0.05]) {
        const beside = new Float32Array(row(0));
        beside[i] += step;
        const scale = 1 / Math.hypot(...beside);
        expect(
          answer(
            layers,
            beside.map((value) => value * scale),
          ),
        ).toBeLessThan(answers[0]);
      }
  });

  it('are refused of rows that style no convolution', () => {
    const rows = [tiny.config.numWs - 1];
    expect(() => styleDirections(tiny, { count: 1, rows })).toThrow(InputError);
  });

  it('have the sign by which their largest number is positive', () => {
    expect([...signed(Float64Array.of(1, -3, 2, -2), 2)]).toEqual([-1, 3, 2, -2]);
  });
});

describe('readFactors', () => {
  const zDim = 4;
  const file = (shape?: number[], values?: number[], factors?: string): TensorFile => {
    const tensors = new Map<string, NamedTensor>();
    if (shape && values)
      tensors.set('factors.basis', { shape, dtype: 'F32', data: () => Float32Array.from(values) });
    return { tensors, metadata: { factors }, format: 'safetensors', file: 'model' };
  };

  it('reads basis and names', () => {
    const values = [1, 0, 0, 1, 0, 0, 0, 0];
    const found = readFactors(file([4, 2], values, 'yaw  mouth'), { zDim });
    expect(found).toEqual({
      count: 2,
      names: ['yaw', 'mouth'],
      values: Float32Array.from(values),
    });
    expect(readFactors(file([4, 2], values, 'yaw'), { zDim }).names).toBeUndefined();
  });

  it.each<[what: string, TensorFile, message: RegExp]>([
    ['without a basis', file(), /model: tensor factors\.basis: missing.*sefa or pca/],
    ['of another z', file([2, 2], [1, 0, 0, 1]), /shape \[2, 2\] found/],
    ['with a NaN', file([4, 1], [1, 0, Number.NaN, 0]), /not finite/],
  ])('refuses a file %s', (_, given, message) => {
    const read = () => readFactors(given, { zDim });
    expect(read).toThrow(FormatError);
    expect(read).toThrow(message);
  });
});

describe('addDirection', () => {
  const shape = { numWs: 2, wDim: 2 };
  const ws = Float32Array.of(1, 2, 3, 4);
  const direction = Float32Array.of(1, 0, -1, 2);

  it('goes along it, in some rows or all', () => {
    expect([...addDirection(ws, direction, { strength: -2 }, shape)]).toEqual([-1, 2, 5, 0]);
    expect([...addDirection(ws, direction, { strength: 3, rows: [1] }, shape)]).toEqual([
      1, 2, 0, 10,
    ]);
    expect([...ws]).toEqual([1, 2, 3, 4]);
  });

  it('refuses what leads beyond f32, and rows that there are not', () => {
    const add = (options: { strength: number; rows?: number[] }) => () =>
      addDirection(ws, direction, options, shape);
    expect(add({ strength: 1e39 })).toThrow(/--strength/);
    expect(add({ strength: 1, rows: [2] })).toThrow(InputError);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSafetensors } from '../../../../src/formats/safetensors.ts';
import { seedLatent } from '../../../../src/models/stylegan2/network/seeds.ts';

const golden = parseSafetensors(
  readFileSync(new URL('../../../fixtures/seeds.safetensors', import.meta.url)),
);

describe('seedLatent', () => {
  it.each([...golden.tensors.keys()])('gives NumPy’s %s to the bit', (name) => {
    const [, seed, dim] = /^z\.seed(\d+)\.dim(\d+)$/.exec(name) ?? [];
    const want = golden.tensors.get(name)?.data();
    expect(want).toHaveLength(Number(dim));
    expect(seedLatent(Number(seed), Number(dim))).toEqual(want);
  });

  it('gives an odd length the same beginning', () => {
    expect(seedLatent(42, 63)).toEqual(seedLatent(42, 64).subarray(0, 63));
  });

  it.each([-1, 0.5, 2 ** 32, Number.NaN])('refuses the seed %s', (seed) => {
    expect(() => seedLatent(seed, 4)).toThrow(RangeError);
  });
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { demoFile } from '../../bench/quality/case_sets.ts';
import { basisOf } from '../../bench/quality/scene.ts';
import { parseSafetensors } from '../../src/formats/safetensors.ts';
import { seedLatent } from '../../src/models/stylegan2/network/seeds.ts';
import { factorNames, factorsFrom } from '../../tools/train-demo/factors.ts';
import { changedLatent, factorsOf, latentOf } from '../../tools/train-demo/latents.ts';

// The basis is kept in f16, orthonormal to 2^-11 or so: factors come back to a thousandth.
const basis = basisOf(parseSafetensors(new Uint8Array(readFileSync(demoFile))));
const close = 2.5; // decimals

it('gives the z of factors, and the factors of a z', () => {
  const factors = factorsFrom(factorNames.map((_, i) => 0.1 + (0.8 * ((i * 7) % 25)) / 24));
  const z = latentOf(factors, basis, 5);
  expect(Math.hypot(...z)).toBeCloseTo(8, 1);
  const again = factorsOf(z, basis);
  for (const name of factorNames) expect(again[name]).toBeCloseTo(factors[name], close);
  expect(
    factorsOf(
      z.map((value) => 3 * value),
      basis,
    ),
  ).toEqual(expect.objectContaining({ yaw: expect.closeTo(again.yaw, 5) }));
});

it('changes the factors that are named and no others', () => {
  const z = seedLatent(12, 64);
  const before = factorsOf(z, basis);
  const changed = changedLatent(z, basis, { yaw: 0.9, bg: 0.2 });
  expect(factorsOf(changed, basis).yaw).toBeCloseTo(0.9, close);
  expect(factorsOf(changed, basis).bg).toBeCloseTo(0.2, close);
  for (const name of factorNames)
    if (name !== 'yaw' && name !== 'bg')
      expect(factorsOf(changed, basis)[name]).toBeCloseTo(before[name], close);
});

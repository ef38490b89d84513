import { expect, it } from 'vitest';
import { noteOnNorm } from '../../../../src/models/stylegan2/network/latent_norm.ts';

const sizes = { zDim: 64, wDim: 64, cDim: 0 };
/** A model all of whose w are so long. */
const model = (length: number) => ({
  latent: async () => new Float32Array(128).fill(length / 8),
});
const rows = (length: number, second = length) =>
  Float32Array.from({ length: 128 }, (_, i) => (i < 64 ? length : second) / 8);

it.each<[what: string, ws: Float32Array, length: number, sizes: typeof sizes]>([
  ['a z, where w are shorter', rows(8), 2, sizes],
  ['a z, where w are longer', rows(8), 30, sizes],
])('says that a file is no w: %s', async (_, ws, length, network) => {
  expect(await noteOnNorm(model(length), ws, network)).toMatch(
    new RegExp(`this w is 8.0 long, as a z is; w of this model are ${length}.0 to `),
  );
});

it.each<[what: string, ws: Float32Array, length: number, network: typeof sizes]>([
  ['w and z are as long', rows(8), 9, sizes],
  ['it is too short for a z', rows(3), 30, sizes],
  ['its rows differ', rows(8, 7), 2, sizes],
  ['z has another length', rows(8), 2, { ...sizes, zDim: 32 }],
])('says nothing where %s', async (_, ws, length, network) => {
  expect(await noteOnNorm(model(length), ws, network)).toBeUndefined();
});

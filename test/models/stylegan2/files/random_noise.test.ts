import { describe, expect, it } from 'vitest';
import {
  lacksNoiseMaps,
  withRandomNoise,
} from '../../../../src/models/stylegan2/files/random_noise.ts';
import { seedLatent } from '../../../../src/models/stylegan2/network/seeds.ts';
import { readGenerator } from '../../../../src/models/stylegan2/network/weights.ts';
import { readFixture } from '../../../support/fixture_files.ts';

const { file } = readFixture('tiny');
const sizes = [4, 8, 8, 16, 16, 32, 32, 64, 64];
const layers = [
  'b4.conv1',
  'b8.conv0',
  'b8.conv1',
  'b16.conv0',
  'b16.conv1',
  'b32.conv0',
  'b32.conv1',
  'b64.conv0',
  'b64.conv1',
];

describe('random noise', () => {
  it.each(['', 'G.'])('is of the seed, layer by layer, behind "%s"', (prefix) => {
    const tensors = new Map(
      [...file.tensors].map(([name, tensor]) => [name.replace(/^G\./, prefix), tensor]),
    );
    const { tensors: read } = readGenerator(withRandomNoise({ ...file, tensors }, 7));
    const total = sizes.reduce((sum, side) => sum + side * side, 0);
    const maps = layers.flatMap((layer) => [
      ...(read.get(`synthesis.${layer}.noise_const`)?.data() ?? []),
    ]);
    expect(Float32Array.from(maps)).toEqual(seedLatent(7, total));
  });

  it('is made for a model that has none, whose layers add noise', () => {
    expect(lacksNoiseMaps(file)).toBe(false);
    const bare = new Map([...file.tensors].filter(([name]) => !name.endsWith('.noise_const')));
    expect(lacksNoiseMaps({ ...file, tensors: bare })).toBe(true);
    const noisy = withRandomNoise({ ...file, tensors: bare }, 7);
    expect(lacksNoiseMaps(noisy)).toBe(false);
    expect(readGenerator(noisy).tensors.get('synthesis.b64.conv1.noise_const')?.shape).toEqual([
      64, 64,
    ]);
    const quiet = new Map([...bare].filter(([name]) => !name.endsWith('.noise_strength')));
    expect(lacksNoiseMaps({ ...file, tensors: quiet })).toBe(false);
  });
});

import { expect, it } from 'vitest';
import { pictureDistance } from '../../bench/quality/picture_distance.ts';
import type { PixelImage } from '../../src/engine/memory/image.ts';
import { seedLatent } from '../../src/models/stylegan2/network/seeds.ts';
import { testGenerator } from '../support/drag_fixture.ts';

it('is 0 for a picture and itself, and the level differences of two', async () => {
  const generator = await testGenerator('tiny');
  const { width, height, zDim } = generator.config;
  const picture = await generator.generate(await generator.latent({ z: seedLatent(3, zDim) }));
  expect(await pictureDistance(generator, picture, picture)).toBe(0);
  // One grey and a lighter one differ at the coarsest level alone, where nothing is taken away from what they are.
  const grey = (value: number): PixelImage => ({
    width,
    height,
    rgba: new Uint8ClampedArray(4 * width * height).fill(value),
  });
  const far = await pictureDistance(generator, grey(100), grey(151));
  expect(far).toBeGreaterThanOrEqual(51 / 127.5 - 1e-6);
  expect(await pictureDistance(generator, grey(151), grey(100))).toBeCloseTo(far, 6);
});

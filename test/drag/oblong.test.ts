import { describe, expect, it } from 'vitest';
import { randomWeights } from '../../src/bench/networks.ts';
import type { DragOptions, IterationTrace } from '../../src/library/api.ts';
import { createModel } from '../../src/library/api.ts';
import { openTestEngine } from '../support/test_device.ts';
import { relativeDifference } from '../twins/finite_differences.ts';

/** Pixels of the image of a constant of 4 × 2, as StyleGAN-Human's. */
const [height, width] = [64, 32];
const points = [{ handle: [40, 12], target: [46, 24] }] as const;

/** Three iterations on a picture that is twice as high as wide. */
async function drag(options: Partial<DragOptions>, mask?: Uint8Array): Promise<IterationTrace[]> {
  const weights = randomWeights({
    resolution: 64,
    constant: { height: 4, width: 2 },
    channelBase: 1024,
    channelMax: 16,
    wDim: 32,
    zDim: 32,
    mappingLayers: 2,
    seed: 3,
  });
  const model = await createModel(await openTestEngine(), weights);
  const session = await model.createDragSession(await model.latent({ seed: 1 }), {
    featureBlock: 3,
    r1: 20,
    r2: 40,
    ...options,
  });
  session.setPoints(points);
  if (mask) session.setMask(mask);
  const rows: IterationTrace[] = [];
  await session.run({ steps: 3, trace: (row) => rows.push(row) });
  await session.destroy();
  model.destroy();
  return rows;
}

describe('a drag on a picture that is not square', () => {
  it('is over the cone what it is over whole maps', async () => {
    const cone = await drag({ coverage: 'cone' });
    const dense = await drag({ coverage: 'dense' });
    expect(cone).toHaveLength(3);
    for (const [i, row] of cone.entries()) {
      expect(row.points).toEqual(dense[i].points);
      expect(Math.max(...row.gradient.map(Math.abs))).toBeGreaterThan(0);
      // Rounding may choose the other slope of a leaky ReLU: SPEC §7.
      expect(relativeDifference(row.gradient, dense[i].gradient)).toBeLessThan(5e-4);
    }
  });

  it('feels what its mask keeps, column by column', async () => {
    const left = Uint8Array.from({ length: height * width }, (_, i) => (i % width < 8 ? 1 : 0));
    const [first, second] = await drag({}, left);
    expect(first.lossMask).toBe(0);
    expect(second.lossMask).toBeGreaterThan(0);
    const [, free] = await drag({}, new Uint8Array(height * width));
    expect(free.lossMask).toBe(0);
  });

  it('refuses a mask of another size', async () => {
    await expect(drag({}, new Uint8Array(height * height))).rejects.toThrow('mask');
  });
});

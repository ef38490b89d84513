import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DragLoop } from '../../src/drag/device/device_drag.ts';
import { objectiveShape } from '../../src/drag/device/objective_shape.ts';
import { paperOptions } from '../../src/drag/options.ts';
import { DragSession, type PointPair } from '../../src/drag/session.ts';
import { InputError } from '../../src/formats/errors.ts';
import { SketchGenerator, spot } from '../support/sketch_generator.ts';
import { openTestEngine } from '../support/test_device.ts';

const width = 64;
const pair: PointPair = { handle: [14, 20], target: [18, 32] };
/** Four pixels around, in pixels of 512 as against 64. */
const options = { ...paperOptions, learningRate: 0.02, r1: 32, r2: 32 };

/** Where the largest value of a drawing is. */
function peak(values: Float32Array): [number, number] {
  const at = values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
  return [Math.floor(at / width), at % width];
}

let generator: SketchGenerator;
beforeAll(async () => {
  generator = new SketchGenerator(await openTestEngine());
});
afterAll(() => generator.destroy());

describe.each([0, 1])('a generator of another kind, dragged by its field %d', (featureBlock) => {
  it('has its content follow the handle to the target', async () => {
    const start = spot(pair.handle);
    expect(peak(await generator.values(start))).toEqual(pair.handle);
    const session = new DragSession(generator, start, { ...options, featureBlock });
    session.setPoints([pair]);
    const distances: number[] = [];
    session.on('iteration', ({ distance }) => distances.push(distance));
    const { stopped } = await session.run({ steps: 300 });
    expect(stopped).toBe('arrived');
    expect(distances[0]).toBeGreaterThan(12);
    expect(distances.at(-1)).toBeLessThanOrEqual(2);
    // Not the handle alone: what was drawn at it is there now.
    const [row, column] = peak(await generator.values(await session.latent()));
    const [handle] = session.points.map((point) => point.handle);
    expect(Math.hypot(row - handle[0], column - handle[1])).toBeLessThanOrEqual(2);
    const { height, width: columns } = await session.image();
    expect([height, columns]).toEqual([32, width]);
    await session.reset();
    expect(await session.latent()).toEqual(start);
    await session.destroy();
  });
});

describe('its drag', () => {
  it('has the gradient of finite differences', async () => {
    const loop = new DragLoop(generator);
    const masked = { ...options, lambda: 5 };
    await loop.configure(objectiveShape(generator, masked, { points: 1, masked: true }));
    loop.targets = [pair.target];
    loop.mask = new Uint8Array(32 * width).fill(1);
    loop.rates = masked;
    const first = spot(pair.handle);
    // Each value moved by as much that no difference of features changes its sign below.
    const latent = first.map((value, i) => value + 0.3 + 0.1 * Math.sin(i));
    const place = { ws: latent, handles: [pair.handle] };
    loop.begin({ ...place, ws: first }, first, place);
    const [{ gradient, lossMask }] = await loop.run(1, true);
    expect(lossMask).toBeGreaterThan(0);
    const lossAt = async (i: number, by: number): Promise<number> => {
      loop.place({ ...place, ws: latent.with(i, latent[i] + by) });
      return (await loop.run(1, false))[0].lossMask;
    };
    // Beyond the patch and its neighbours there is no loss but the mask's.
    for (const i of [3, 70 + 40, 30 * width + 5, 25 * width + 50, 12 * width + 60]) {
      const step = 0.05;
      const slope = ((await lossAt(i, step)) - (await lossAt(i, -step))) / (2 * step);
      expect(Math.abs(slope)).toBeGreaterThan(1e-4);
      expect(Math.abs((gradient?.[i] ?? 0) / slope - 1)).toBeLessThan(0.01);
    }
    loop.destroy();
  });

  it('keeps points and masks inside a picture that is not square', () => {
    const session = new DragSession(generator, spot(pair.handle));
    const at = (row: number, column: number) =>
      session.setPoints([{ ...pair, handle: [row, column] }]);
    expect(() => at(31, 63)).not.toThrow();
    expect(() => at(32, 10)).toThrow(InputError);
    expect(() => at(10, 64)).toThrow(InputError);
    expect(() => session.setMask(new Uint8Array(32 * width))).not.toThrow();
    expect(() => session.setMask(new Uint8Array(width * width))).toThrow(InputError);
    session.destroy();
  });

  it('takes in nothing of StyleGAN2', () => {
    const files = new Set<string>();
    const visit = (file: string): void => {
      if (files.has(file)) return;
      files.add(file);
      for (const [, path] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+\.ts)'/g))
        visit(resolve(dirname(file), path));
    };
    for (const file of ['../../src/drag/session.ts', '../support/sketch_generator.ts'])
      visit(resolve(import.meta.dirname, file));
    expect(files.size).toBeGreaterThan(20);
    expect([...files].filter((file) => file.includes('stylegan2'))).toEqual([]);
  });
});

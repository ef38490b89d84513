import { describe, expect, it } from 'vitest';
import { DragLoop } from '../src/drag/loop.ts';
import { objectiveShape } from '../src/drag/objective.ts';
import type { IterationRecord } from '../src/drag/records.ts';
import { Generator } from '../src/engine/generator.ts';
import type { Call } from '../src/engine/reversal.ts';
import { type Variants, withVariants } from '../src/engine/variants.ts';
import { readGenerator } from '../src/stylegan2/weights.ts';
import { readDragFixture } from './drag_fixture.ts';
import { readFixture } from './fixture_files.ts';
import { openTestEngine } from './test_device.ts';
import { relativeDifference } from './twins/finite_differences.ts';

/** The tiny network's generator on an engine that takes these kernels. */
async function openWith(variants: Variants): Promise<Generator> {
  const engine = await openTestEngine();
  engine.variants = variants;
  return Generator.load(engine, readGenerator(readFixture('tiny').file));
}

const choices: readonly Variants[] = [
  { cellsFirst: false, invocations: 0 },
  { cellsFirst: true, invocations: 0 },
  { cellsFirst: false, invocations: 2000 },
  { cellsFirst: true, invocations: 1e6 },
];

async function drag(variants: Variants, coverage: 'cone' | 'dense'): Promise<IterationRecord[]> {
  const generator = await openWith(variants);
  const { handles, targets, ws0, options } = readDragFixture('drag_tiny_3points');
  const loop = new DragLoop(generator);
  const counts = { points: handles.length, masked: false };
  await loop.configure(objectiveShape(generator.config, { ...options, coverage }, counts));
  loop.begin({ ws: ws0, handles }, ws0);
  loop.targets = targets;
  loop.rates = options;
  const records = [];
  for (let i = 0; i < 3; i++) records.push(...(await loop.run(1, true)));
  loop.destroy();
  generator.destroy();
  return records;
}

describe.each(choices)(
  'kernels with cellsFirst $cellsFirst, split for $invocations',
  (variants) => {
    it('give the golden image and gradient', async () => {
      const generator = await openWith(variants);
      const fixture = readFixture('tiny');
      const ws = fixture.values('ws').slice(0, generator.config.numWs * generator.config.wDim);
      const gradient = { of: 'image', cotangent: fixture.values('image_cotangent') };
      const results = await generator.evaluate(ws, { tensors: ['image'], gradient });
      const [image, found] = [results.get('image')?.data ?? [], results.get('grad_ws')?.data ?? []];
      const golden = fixture.values('b64.img').slice(0, image.length);
      expect(relativeDifference(image, golden)).toBeLessThan(2e-5);
      const expected = fixture.values('grad_ws.image').slice(0, found.length);
      expect(relativeDifference(found, expected)).toBeLessThan(5e-4);
      generator.destroy();
    });

    it.each(['cone', 'dense'] as const)('drag as the reference does, %s', async (coverage) => {
      const { iterations } = readDragFixture('drag_tiny_3points');
      for (const [i, record] of (await drag(variants, coverage)).entries()) {
        const { points, lossMotion, gradient } = iterations[i];
        expect(record.points).toEqual(points);
        expect(Math.abs(record.lossMotion / lossMotion - 1)).toBeLessThan(1e-4);
        const found = record.gradient ?? new Float32Array();
        expect(relativeDifference(found, gradient.subarray(0, found.length))).toBeLessThan(2e-5);
      }
    });
  },
);

describe('sums', () => {
  const call = (side: number): Call => ({
    operation: 'conv3x3',
    label: 'layer',
    sizes: { samples: 1, inputs: 512, outputs: 512, height: side, width: side },
    tensors: {},
  });
  const chosen = (side: number, invocations: number): Call =>
    withVariants([call(side)], { cellsFirst: true, invocations }, () => side * side)[0];

  it('are split where there are few cells, and nowhere else', () => {
    expect(chosen(4, 32768)).toMatchObject({ operation: 'conv3x3_split_k', sizes: { splits: 32 } });
    expect(chosen(16, 32768)).toMatchObject({ operation: 'conv3x3_split_k', sizes: { splits: 4 } });
    expect(chosen(64, 32768).operation).toBe('conv3x3_cells');
    expect(chosen(4, 0).operation).toBe('conv3x3_cells');
  });
});

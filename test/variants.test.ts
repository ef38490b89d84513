import { describe, expect, it } from 'vitest';
import { Generator } from '../src/engine/generator.ts';
import type { Call } from '../src/engine/reversal.ts';
import { type Variants, withVariants } from '../src/engine/variants.ts';
import { readGenerator } from '../src/stylegan2/weights.ts';
import { readFixture } from './fixture_files.ts';
import { expectGoldenDrag, expectGoldenImage } from './golden_network.ts';
import { openTestEngine } from './test_device.ts';

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

describe.each(choices)(
  'kernels with cellsFirst $cellsFirst, split for $invocations',
  (variants) => {
    it('give the golden image and gradient', async () => {
      const generator = await openWith(variants);
      await expectGoldenImage(generator);
      generator.destroy();
    });

    it.each(['cone', 'dense'] as const)('drag as the reference does, %s', async (coverage) => {
      const generator = await openWith(variants);
      await expectGoldenDrag(generator, coverage);
      generator.destroy();
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

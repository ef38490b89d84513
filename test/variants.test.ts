import { describe, expect, it } from 'vitest';
import { Generator } from '../src/engine/generator.ts';
import type { Call } from '../src/engine/reversal.ts';
import { withVariants } from '../src/engine/variant_calls.ts';
import type { Variants } from '../src/engine/variants.ts';
import { synthesisCalls } from '../src/stylegan2/network.ts';
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
  { cellsFirst: false, invocations: 0, cellsAhead: 0, epilogue: 'apart' },
  { cellsFirst: true, invocations: 0, cellsAhead: 100, epilogue: 'fused' },
  { cellsFirst: false, invocations: 2000, cellsAhead: 0, epilogue: 'fused' },
  { cellsFirst: true, invocations: 1e6, cellsAhead: Number.POSITIVE_INFINITY, epilogue: 'apart' },
];

describe.each(choices)(
  'kernels with cellsFirst $cellsFirst, split for $invocations, modulated ahead from $cellsAhead cells, epilogue $epilogue',
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

describe('convolutions', () => {
  const apart = { epilogue: 'apart' } as const;
  const fused = { epilogue: 'fused' } as const;
  const call = (side: number): Call => ({
    operation: 'conv3x3',
    label: 'layer',
    sizes: { samples: 1, inputs: 512, outputs: 512, height: side, width: side },
    tensors: {},
  });
  const chosen = (side: number, invocations: number): Call[] => {
    const variants = { cellsFirst: true, invocations, cellsAhead: 64 ** 2, ...apart };
    return withVariants([call(side)], variants, () => side * side);
  };

  it('have split sums where there are few cells, and nowhere else', () => {
    const split = (splits: number) => [{ operation: 'conv3x3_split_k', sizes: { splits } }];
    expect(chosen(4, 32768)).toMatchObject(split(32));
    expect(chosen(16, 32768)).toMatchObject(split(4));
    expect(chosen(32, 32768)).toMatchObject([{ operation: 'conv3x3_cells' }]);
    expect(chosen(4, 0)).toMatchObject([{ operation: 'conv3x3_cells' }]);
  });

  it('have their input modulated ahead where there are many cells', () => {
    const ahead = [{ operation: 'modulate' }, { operation: 'conv3x3_modulated' }];
    expect(chosen(64, 32768)).toMatchObject(ahead);
    expect(chosen(64, 1e6)).toMatchObject([{ operation: 'conv3x3_split_k' }]);
  });

  it('make what follows them where their epilogue is fused', () => {
    const variants = { cellsFirst: false, invocations: 0, cellsAhead: 1e9 };
    const { config } = readGenerator(readFixture('tiny').file);
    const calls = synthesisCalls(config, { upTo: 8, image: false });
    const operations = (epilogue: Variants['epilogue']) =>
      withVariants(calls, { ...variants, epilogue }, () => 64)
        .filter(({ sizes }) => 'height' in sizes)
        .map(({ operation, label }) => `${label} ${operation}`);
    expect(operations('fused')).toEqual([
      'b4.conv1.bias_act conv3x3_cells_act',
      'b8.conv0.convolution conv3x3_up_cells',
      'b8.conv0.bias_act fir_act',
      'b8.conv1.bias_act conv3x3_cells_act',
    ]);
    expect(operations('apart')).toHaveLength(7);
  });

  it('in parts have their epilogue apart', () => {
    const { config } = readGenerator(readFixture('tiny').file);
    const calls = synthesisCalls({ ...config, largestTensor: 4096 }, { upTo: 8, image: false });
    const variants = { cellsFirst: false, invocations: 0, cellsAhead: 1e9, ...fused };
    const operations = withVariants(calls, variants, () => 64).map(({ operation }) => operation);
    expect(operations.filter((operation) => operation === 'fir').length).toBeGreaterThan(1);
    expect(operations).toContain('bias_act');
  });

  it('in parts share the modulated input', () => {
    const variants = { cellsFirst: false, invocations: 0, cellsAhead: 0, ...apart };
    const parts = [0, 1].map((part) => ({
      ...call(8),
      tensors: { x: 'x', styles: 's', u: `u${part}` },
    }));
    const operations = withVariants(parts, variants, () => 64).map(({ operation }) => operation);
    expect(operations).toEqual(['modulate', 'conv3x3_modulated', 'conv3x3_modulated']);
  });
});

import { describe, expect, it } from 'vitest';
import type { Call } from '../../../src/engine/graph/reversal.ts';
import { withVariants } from '../../../src/engine/graph/variant_calls.ts';
import {
  candidatesOf,
  choiceOf,
  convolutionKey,
  type Setting,
  type Variants,
} from '../../../src/engine/graph/variants.ts';
import { Generator } from '../../../src/models/stylegan2/device/generator.ts';
import { synthesisCalls } from '../../../src/models/stylegan2/network/synthesis.ts';
import { readGenerator } from '../../../src/models/stylegan2/network/weights.ts';
import { readFixture } from '../../support/fixture_files.ts';
import { expectGoldenDrag, expectGoldenImage } from '../../support/golden_network.ts';
import { openTestEngine } from '../../support/test_device.ts';
import { relativeDifference } from '../../twins/finite_differences.ts';
import { PlanTrial } from '../../twins/plan_trial.ts';
import { Random } from '../../twins/random.ts';

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
  ...(['apart', 'fused'] as const).map((epilogue) => ({
    ...{ cellsFirst: true, invocations: 1e6, sums: 'lanes' as const },
    ...{ cellsAhead: Number.POSITIVE_INFINITY, epilogue },
  })),
  ...(['apart', 'fused'] as const).map((epilogue, i) => ({
    cellsFirst: i === 0,
    invocations: 0,
    cellsAhead: 0,
    winograd: { cells: 0, channels: 0 },
    epilogue,
  })),
];

describe.each(choices)(
  'kernels with cellsFirst $cellsFirst, split for $invocations in $sums, modulated ahead from $cellsAhead cells, Winograd $winograd, epilogue $epilogue',
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
    return withVariants([call(side)], variants, () => ({ listed: side * side }));
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

  it('take fewer products where they cover whole maps of many cells and channels', () => {
    const variants = { cellsFirst: true, invocations: 0, cellsAhead: 0, ...apart };
    const winograd = { cells: 32 ** 2, channels: 512 };
    const operations = (side: number, setting: Partial<Setting>, thresholds = winograd) =>
      withVariants([call(side)], { ...variants, winograd: thresholds }, () => ({
        listed: side * side,
        dense: true,
        freeRounding: true,
        ...setting,
      })).map(({ operation }) => operation);
    const direct = ['modulate', 'conv3x3_modulated'];
    expect(operations(32, {})).toEqual(['conv3x3_winograd']);
    expect(operations(32, { dense: false })).toEqual(direct);
    expect(operations(32, { freeRounding: false })).toEqual(direct);
    expect(operations(16, {})).toEqual(direct);
    expect(operations(32, {}, { ...winograd, channels: 513 })).toEqual(direct);
    // More would be transformed at once than weights are.
    expect(operations(128, {})).toEqual(new Array(8).fill('conv3x3_winograd'));
  });

  it('are not measured, nor taken, with fewer products where a list may be shorter', () => {
    const direct = candidatesOf(call(32), { listed: 1024 });
    const all = candidatesOf(call(32), { listed: 1024, dense: true, freeRounding: true });
    const winograd = all.filter(({ algorithm }) => algorithm === 'winograd');
    expect(all).toEqual([...winograd, ...direct]);
    expect(winograd).toHaveLength(2);
    const key = convolutionKey(call(32), { listed: 1024 });
    expect(key).not.toBe(
      convolutionKey(call(32), { listed: 1024, dense: true, freeRounding: true }),
    );
    const variants = {
      ...{ cellsFirst: true, invocations: 0, cellsAhead: 0, ...apart },
      tuned: new Map([[key, winograd[0]]]),
    };
    const choice = choiceOf(call(32), variants, { listed: 1024 });
    expect(choice).toEqual({ ...winograd[0], algorithm: 'direct' });
  });

  it.each(['apart', 'fused'] as const)(
    'in parts of tiles are whole, epilogue %s',
    async (epilogue) => {
      const { device, pipelines } = await openTestEngine();
      const map = { samples: 2, height: 181, width: 117 };
      const calls: Call[] = [
        {
          operation: 'conv3x3',
          label: 'convolution',
          sizes: { ...map, inputs: 6, outputs: 7 },
          tensors: { x: 'x', styles: 'styles', weight: 'weight', u: 'u' },
        },
        {
          operation: 'bias_act',
          label: 'bias_act',
          sizes: { ...map, channels: 7 },
          tensors: { u: 'u', demodulation: 'demodulation', noise: 'noise', bias: 'bias', y: 'y' },
          params: { slope: 0.2, gain: 1, clamp: 1e9, noise_gain: 1 },
        },
      ];
      const results = [];
      for (const winograd of [undefined, { cells: 0, channels: 0 }]) {
        const chosen = withVariants(
          calls,
          { cellsFirst: false, invocations: 0, cellsAhead: 1e9, winograd, epilogue },
          () => ({ listed: 181 * 117, dense: true, freeRounding: true }),
        );
        const parts = chosen.filter(({ operation }) => operation.startsWith('conv3x3'));
        expect(parts).toHaveLength(winograd ? 2 : 1);
        const request = { calls: chosen, roots: ['y'], wanted: ['x', 'styles'] };
        const trial = await PlanTrial.build(request, { device, pipelines });
        const random = new Random(1);
        const names = ['x', 'styles', 'weight', 'demodulation', 'noise', 'bias', 'd_y', 'd_x'];
        for (const name of [...names, 'd_styles']) {
          const { shape } = trial.tensor(name);
          const length = shape.reduce((a, b) => a * b, 1);
          trial.write(
            name,
            Float32Array.from({ length }, () => random.normal()),
          );
        }
        trial.run();
        results.push(await Promise.all(['y', 'd_x', 'd_styles'].map((name) => trial.read(name))));
        trial.destroy();
      }
      const [direct, winograd] = results;
      for (const [i, values] of winograd.entries())
        expect(relativeDifference(values, direct[i])).toBeLessThan(i === 0 ? 2e-5 : 5e-4);
    },
  );

  it('make what follows them where their epilogue is fused', () => {
    const variants = { cellsFirst: false, invocations: 0, cellsAhead: 1e9 };
    const { config } = readGenerator(readFixture('tiny').file);
    const calls = synthesisCalls(config, { upTo: 8, image: false });
    const operations = (epilogue: Variants['epilogue']) =>
      withVariants(calls, { ...variants, epilogue }, () => ({ listed: 64 }))
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
    const operations = withVariants(calls, variants, () => ({ listed: 64 })).map(
      ({ operation }) => operation,
    );
    expect(operations.filter((operation) => operation === 'fir').length).toBeGreaterThan(1);
    expect(operations).toContain('bias_act');
  });

  it('in parts share the modulated input', () => {
    const variants = { cellsFirst: false, invocations: 0, cellsAhead: 0, ...apart };
    const parts = [0, 1].map((part) => ({
      ...call(8),
      tensors: { x: 'x', styles: 's', u: `u${part}` },
    }));
    const operations = withVariants(parts, variants, () => ({ listed: 64 })).map(
      ({ operation }) => operation,
    );
    expect(operations).toEqual(['modulate', 'conv3x3_modulated', 'conv3x3_modulated']);
  });
});

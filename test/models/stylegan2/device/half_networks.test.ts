import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { planWork } from '../../../../src/bench/counting.ts';
import { ForwardRun } from '../../../../src/bench/forward_run.ts';
import { DragLoop } from '../../../../src/drag/device/device_drag.ts';
import { objectiveShape } from '../../../../src/drag/device/objective_shape.ts';
import type { IterationRecord } from '../../../../src/drag/device/records.ts';
import { startingOptions } from '../../../../src/drag/options.ts';
import type { Precision } from '../../../../src/engine/memory/layouts.ts';
import { parseSafetensors } from '../../../../src/formats/safetensors.ts';
import { decodeF16, encodeF16 } from '../../../../src/formats/tensors/half_precision.ts';
import type { NamedTensor } from '../../../../src/formats/tensors/named_tensors.ts';
import { draggable } from '../../../../src/models/stylegan2/device/draggable.ts';
import { Generator } from '../../../../src/models/stylegan2/device/generator.ts';
import { trainedRows } from '../../../../src/models/stylegan2/device/trained_rows.ts';
import {
  type GeneratorWeights,
  readGenerator,
} from '../../../../src/models/stylegan2/network/weights.ts';
import { readDragFixture } from '../../../support/drag_fixture.ts';
import { readFixture } from '../../../support/fixture_files.ts';
import { openTestEngine } from '../../../support/test_device.ts';
import { relativeDifference } from '../../../twins/finite_differences.ts';

// SPEC.md §7, for f16.
const imageTolerance = 5e-3;
const gradientTolerance = 0.15;
const pixels = 1;

const demo = readGenerator(
  parseSafetensors(readFileSync(new URL('../../../../weights/demo.safetensors', import.meta.url))),
);
const fixtureWeights = (name: string): GeneratorWeights => readGenerator(readFixture(name).file);

const isConvolution = (name: string): boolean => /\.conv[01]\.weight$/.test(name);

/** The same network with other weights in its convolutions. */
function withConvolutions(
  { config, tensors }: GeneratorWeights,
  change: (values: Float32Array, name: string) => Float32Array,
): GeneratorWeights {
  const changed = [...tensors].map(([name, tensor]): [string, NamedTensor] => [
    name,
    isConvolution(name) ? { ...tensor, data: () => change(tensor.data(), name) } : tensor,
  ]);
  return { config, tensors: new Map(changed) };
}

const rounded = (values: Float32Array): Float32Array => decodeF16(encodeF16(values));

/** All features, the image, and the gradient of its sum. */
async function everything(generator: Generator, ws: Float32Array): Promise<Float32Array[]> {
  const { channels, resolution, imgChannels } = generator.config;
  const cotangent = new Float32Array(imgChannels * resolution * resolution).fill(1);
  const tensors = ['image', ...[...channels.keys()].map((r) => `b${r}.x`)];
  const results = await generator.evaluate(ws, { tensors, gradient: { of: 'image', cotangent } });
  expect([...results.keys()].sort()).toEqual([...tensors, 'grad_ws'].sort());
  return [...results.values()].map(({ data }) => data);
}

describe('networks with weights in f16', () => {
  it.each(['tiny', 'tiny_clamp', 'mid'])('%s is as golden', async (name) => {
    const fixture = readFixture(name);
    const engine = await openTestEngine();
    const generator = await Generator.load(engine, fixtureWeights(name), { precision: 'f16' });
    expect(generator.precision).toBe('f16');
    const { numWs, wDim, resolution } = generator.config;
    const ws = fixture.values('ws').slice(0, numWs * wDim);
    const gradient = { of: 'image', cotangent: fixture.values('image_cotangent') };
    const results = await generator.evaluate(ws, { tensors: ['image'], gradient });
    const image = results.get('image')?.data ?? [];
    const golden = fixture.values(`b${resolution}.img`).slice(0, image.length);
    const difference = relativeDifference(image, golden);
    expect(difference).toBeLessThan(imageTolerance);
    // Rounded they are, so that this compares no f32 with f32.
    expect(difference).toBeGreaterThan(5e-5);
    const found = results.get('grad_ws')?.data ?? [];
    const expected = fixture.values('grad_ws.image').slice(0, found.length);
    expect(relativeDifference(found, expected)).toBeLessThan(gradientTolerance);
    generator.destroy();
  });

  it('give what f32 weights of the same values give, to the bit', async () => {
    const engine = await openTestEngine();
    const weights = fixtureWeights('tiny');
    const same = withConvolutions(weights, rounded);
    const [half, full] = await Promise.all([
      Generator.load(engine, weights, { precision: 'f16' }),
      Generator.load(engine, same, { precision: 'f32' }),
    ]);
    expect(full.precision).toBe('f32');
    const ws = readFixture('tiny')
      .values('ws')
      .slice(0, full.config.numWs * full.config.wDim);
    expect(await everything(half, ws)).toEqual(await everything(full, ws));
    half.destroy();
    full.destroy();
  });

  it('draw and drag the demo model as f32 does, to the bit', async () => {
    const engine = await openTestEngine();
    const results = [];
    for (const precision of ['f32', 'f16'] as const) {
      const generator = await Generator.load(engine, demo, { precision });
      expect(generator.precision).toBe(precision);
      const ws = await generator.latent({ seed: 3 }, { psi: 0.7 });
      results.push({ image: await generator.generate(ws), records: await dragDemo(generator, ws) });
      generator.destroy();
    }
    expect(results[0].records.every(({ lossMotion }) => lossMotion > 0)).toBe(true);
    expect(results[1]).toEqual(results[0]);
  });
});

async function dragDemo(generator: Generator, ws: Float32Array): Promise<IterationRecord[]> {
  const loop = new DragLoop(draggable(generator));
  const options = startingOptions(draggable(generator));
  const counts = { points: 2, masked: false };
  await loop.configure(objectiveShape(draggable(generator), options, counts));
  const handles = [
    [50, 64],
    [80, 40],
  ] as const;
  loop.begin({ ws, handles }, ws);
  loop.targets = [
    [40, 64],
    [80, 55],
  ];
  loop.rates = options;
  const records = await loop.run(3, true);
  loop.destroy();
  return records;
}

describe('a drag with weights in f16', () => {
  /** The kernels of a GPU, whose sums are split, and those of a software adapter. */
  const variants = [
    { cellsFirst: true, invocations: 32768, cellsAhead: 0, epilogue: 'fused' as const },
    { cellsFirst: false, invocations: 0, cellsAhead: 0, epilogue: 'fused' as const },
  ];
  it.each([
    'drag_tiny_1point',
    'drag_tiny_3points',
    'drag_tiny_mask_reg',
    'drag_tiny_w',
    'drag_tiny_edges',
    'drag_mid_1point',
  ])('goes step by step as %s', async (name) => {
    const { network, options, ws0, handles, targets, mask, iterations, wDim } =
      readDragFixture(name);
    const engine = await openTestEngine();
    const usual = engine.variants;
    const generator = await Generator.load(engine, fixtureWeights(network), { precision: 'f16' });
    for (const one of variants) {
      engine.variants = one;
      const loop = new DragLoop(draggable(generator));
      const counts = { points: handles.length, masked: mask !== null };
      await loop.configure(objectiveShape(draggable(generator), options, counts));
      loop.begin({ ws: ws0, handles }, ws0);
      loop.targets = targets;
      if (mask) loop.mask = mask;
      loop.rates = options;
      for (const [i, { ws, points, gradient }] of iterations.slice(0, 5).entries()) {
        loop.place({ ws, handles: i === 0 ? handles : iterations[i - 1].points });
        const [record] = await loop.run(1, true);
        for (const [j, point] of record.points.entries())
          for (const axis of [0, 1])
            expect(Math.abs(point[axis] - points[j][axis])).toBeLessThanOrEqual(pixels);
        const trained = gradient.subarray(0, (options.space === 'w' ? 1 : trainedRows) * wDim);
        const difference = relativeDifference(record.gradient ?? [], trained);
        expect(difference, `iteration ${i}`).toBeLessThan(gradientTolerance);
      }
      loop.destroy();
    }
    engine.variants = usual;
    generator.destroy();
  });
});

describe('the precision of weights', () => {
  /** What a model's layers are stored in. */
  async function layoutsOf(
    weights: GeneratorWeights,
    precision?: Precision,
  ): Promise<{ chosen: Precision; layouts: Record<string, string>; bytes: number }> {
    const generator = await Generator.load(await openTestEngine(), weights, { precision });
    const names = [...weights.tensors.keys()].filter(isConvolution);
    const layouts = names.map((name) => [name, generator.store.get(name).layout]);
    const { bytes } = generator.store;
    generator.destroy();
    return { chosen: generator.precision, layouts: Object.fromEntries(layouts), bytes };
  }
  /** How many there are, of a network whose channels are multiples of four, so that there is no padding. */
  const convolutionWeights = ({ tensors }: GeneratorWeights): number =>
    [...tensors]
      .filter(([name]) => isConvolution(name))
      .reduce((sum, [, { shape }]) => sum + shape.reduce((a, b) => a * b), 0);
  const all = (weights: GeneratorWeights, layout: string) =>
    Object.fromEntries(
      [...weights.tensors.keys()].filter(isConvolution).map((name) => [name, layout]),
    );

  it("is the file's by default", async () => {
    const tiny = fixtureWeights('tiny');
    expect(await layoutsOf(demo)).toMatchObject({
      chosen: 'f16',
      layouts: all(demo, 'convolution_half'),
    });
    expect(await layoutsOf(tiny)).toMatchObject({
      chosen: 'f32',
      layouts: all(tiny, 'convolution'),
    });
  });

  it('is what is asked for, and takes half the bytes', async () => {
    const [full, half] = [await layoutsOf(demo, 'f32'), await layoutsOf(demo, 'f16')];
    expect([full.chosen, half.chosen]).toEqual(['f32', 'f16']);
    expect(full.bytes - half.bytes).toBe(2 * convolutionWeights(demo));
  });

  it('halves the bytes of weights that a picture is counted to read', async () => {
    const engine = await openTestEngine();
    const usual = engine.variants;
    // Each part of one in Winograd's form reads them again.
    engine.variants = { ...usual, winograd: undefined };
    const bytes = [];
    for (const precision of ['f32', 'f16'] as const) {
      const generator = await Generator.load(engine, demo, { precision });
      const run = await ForwardRun.begin(generator);
      bytes.push(planWork(run.plan, new Map()).bytes);
      run.destroy();
      generator.destroy();
    }
    engine.variants = usual;
    expect(bytes[0] - bytes[1]).toBe(2 * convolutionWeights(demo));
  });

  it('stays f32 in layers beyond the range of f16', async () => {
    const [large, small] = ['synthesis.b8.conv1.weight', 'synthesis.b16.conv0.weight'];
    const tiny = withConvolutions(fixtureWeights('tiny'), (values, name) => {
      const scale = name === large ? 1e6 : name === small ? 1e-5 : 1;
      return values.map((value) => scale * value);
    });
    const { layouts } = await layoutsOf(tiny, 'f16');
    expect(layouts).toEqual({
      ...all(tiny, 'convolution_half'),
      [large]: 'convolution',
      [small]: 'convolution',
    });
  });
});

import { describe, expect, it } from 'vitest';
import { ForwardRun } from '../../../src/bench/forward_run.ts';
import { DragSession } from '../../../src/drag/session.ts';
import type { Measure } from '../../../src/engine/autotune/autotuner.ts';
import {
  autotuneSite,
  type KernelChoices,
  mergeKernelChoices,
  useKernelChoices,
} from '../../../src/engine/autotune/kernel_choices.ts';
import { Engine } from '../../../src/engine/device.ts';
import { type ConvolutionChoice, defaultVariants } from '../../../src/engine/graph/variants.ts';
import { autotune } from '../../../src/library/autotune.ts';
import { draggable } from '../../../src/models/stylegan2/device/draggable.ts';
import { Generator } from '../../../src/models/stylegan2/device/generator.ts';
import { readGenerator } from '../../../src/models/stylegan2/network/weights.ts';
import { openNodeGpu } from '../../../src/node/gpu/node_gpu.ts';
import { nodeShaders } from '../../../src/node/gpu/node_shaders.ts';
import { readDragFixture } from '../../support/drag_fixture.ts';
import { readFixture } from '../../support/fixture_files.ts';
import { expectGoldenDrag, expectGoldenImage } from '../../support/golden_network.ts';
import { openTestEngine } from '../../support/test_device.ts';
import { relativeDifference } from '../../twins/finite_differences.ts';

async function openTiny(): Promise<{ engine: Engine; generator: Generator }> {
  const engine = await openTestEngine();
  engine.variants = defaultVariants(engine.adapter);
  const generator = await Generator.load(engine, readGenerator(readFixture('tiny').file));
  return { engine, generator };
}

/** A device that is twice as fast with one choice for each layer as with any other. */
const fastestWith =
  (pick: (candidates: readonly ConvolutionChoice[]) => number): Measure =>
  (_, candidates, contest) =>
    contest(async (candidate) => (candidate === pick(candidates) ? 1 : 2));

/** Cells first, and as many parts as there can be. */
const most: Measure = fastestWith((candidates) =>
  candidates.reduce((best, { cellsFirst, splits }, i) => {
    const { splits: parts } = candidates[best];
    return cellsFirst && splits >= parts ? i : best;
  }, 0),
);

/** Of all candidates. One of them alone may have been too quick to be seen. */
const totalTime = ({ layers }: KernelChoices): number =>
  [...layers.values()]
    .flatMap(({ measured }) => measured)
    .reduce((sum, { milliseconds }) => sum + milliseconds, 0);

describe('the tuner', () => {
  it('finds choices on the device, with which the results are the golden ones', async () => {
    const { engine, generator } = await openTiny();
    const before = engine.variants;
    const steps: string[] = [];
    const { options, handles } = readDragFixture('drag_tiny_3points');
    const choices = await autotune(generator, {
      options,
      points: handles.length,
      onProgress: ({ done, total }) => steps.push(`${done} of ${total}`),
    });
    expect(engine.variants).toBe(before);
    const { size } = choices.layers;
    expect(steps).toEqual(Array.from({ length: size + 1 }, (_, i) => `${i} of ${size}`));
    for (const { choice, measured } of choices.layers.values())
      expect(measured.map((one) => one.choice)).toContainEqual(choice);
    expect(totalTime(choices)).toBeGreaterThan(0);
    expect(await useKernelChoices(engine, [choices])).toBe(choices);
    await expectGoldenImage(generator);
    await expectGoldenDrag(generator, 'cone');
    generator.destroy();
  });

  it('has the convolutions of the drag and of the picture, and measures none twice', async () => {
    const { generator } = await openTiny();
    const one = await autotune(generator, { measure: most });
    const keys = [...one.layers.keys()];
    // A cone covers part of the large maps, a picture all of them.
    expect(keys.filter((key) => key.startsWith('conv3x3 1×32→32 32×32'))).toHaveLength(2);
    expect(keys.some((key) => key.startsWith('conv3x3_up 1×32→16 32×32'))).toBe(true);

    const asked: string[] = [];
    const counting: Measure = (layer, candidates, contest) => {
      asked.push(layer.key);
      return most(layer, candidates, contest);
    };
    const again = await autotune(generator, { measure: counting, known: [one] });
    expect(asked).toEqual([]);
    expect(again).toEqual(one);
    const more = await autotune(generator, { points: 3, measure: counting, known: [one] });
    expect(asked.length).toBeGreaterThan(0);
    expect(more.layers.size).toBe(keys.length + asked.length);
    generator.destroy();
  });

  it('measures weights in f16 by themselves, and takes that for them alone', async () => {
    const { engine, generator } = await openTiny();
    // Which split no sums.
    engine.variants = defaultVariants({ ...engine.adapter, isSoftware: true });
    const weights = readGenerator(readFixture('tiny').file);
    const halves = await Generator.load(engine, weights, { precision: 'f16' });
    const whole = await autotune(generator, { measure: most });
    const half = await autotune(halves, { measure: most, known: [whole] });
    expect(half.layers.size).toBe(2 * whole.layers.size);
    const one = [...half.layers].filter(([key]) => key.endsWith('f16'));
    await useKernelChoices(engine, [{ ...half, layers: new Map(one) }]);
    const chosen = async (of: Generator) => {
      const run = await ForwardRun.begin(of);
      const splits = run.plan.steps.filter(({ call }) => call.operation.includes('split_k'));
      run.destroy();
      return splits.length;
    };
    expect(await chosen(halves)).toBeGreaterThan(0);
    expect(await chosen(generator)).toBe(0);
    halves.destroy();
    generator.destroy();
  });

  it('takes what was measured in plans that stand, and goes back', async () => {
    const { engine, generator } = await openTiny();
    const { numWs, wDim } = generator.config;
    const ws = readFixture('tiny')
      .values('ws')
      .slice(0, numWs * wDim);
    const plain = await generator.generate(ws);
    const found = await autotune(generator, { measure: most });
    const choices = [...found.layers.values()].map(({ choice }) => choice);
    expect(choices.every(({ cellsFirst }) => cellsFirst)).toBe(true);
    expect(Math.max(...choices.map(({ splits }) => splits))).toBe(8);

    const { pipelines } = engine;
    const built = pipelines.generation;
    await useKernelChoices(engine, [found]);
    expect(pipelines.generation).toBeGreaterThan(built);
    const tuned = await generator.generate(ws);
    const apart = tuned.rgba.map((value, i) => Math.abs(value - plain.rgba[i]));
    expect(Math.max(...apart)).toBeLessThanOrEqual(1);
    await expectGoldenImage(generator);
    await expectGoldenDrag(generator, 'dense');

    await useKernelChoices(engine, []);
    expect(engine.variants).toEqual(defaultVariants(engine.adapter));
    expect((await generator.generate(ws)).rgba).toEqual(plain.rgba);
    generator.destroy();
  });

  it('measures where the device has no timestamps', async () => {
    const { gpu } = await openNodeGpu();
    const device = await (await gpu.requestAdapter())?.requestDevice();
    if (!device) throw new Error('no device');
    const { adapter } = await openTestEngine();
    const engine = new Engine(device, { ...adapter, features: [] }, nodeShaders);
    const generator = await Generator.load(engine, readGenerator(readFixture('tiny').file));
    const choices = await autotune(generator, { seconds: 0 });
    expect(choices.layers.size).toBe(1);
    expect(totalTime(choices)).toBeGreaterThan(0);
    generator.destroy();
    engine.destroy();
  });

  it('lets an edit go on with what it found', async () => {
    const { engine, generator } = await openTiny();
    const { ws0, options, handles, targets } = readDragFixture('drag_tiny_3points');
    const run = async (between: () => Promise<unknown>) => {
      await useKernelChoices(engine, []);
      const session = new DragSession(draggable(generator), ws0, options);
      session.setPoints(handles.map((handle, j) => ({ handle, target: targets[j] })));
      await session.step();
      await between();
      await session.step();
      expect(session.iteration).toBe(2);
      const ws = await session.latent();
      await session.destroy();
      return ws;
    };
    const choices = await autotune(generator, { options, points: handles.length, measure: most });
    const plain = await run(async () => {});
    const tuned = await run(() => useKernelChoices(engine, [choices]));
    expect(tuned).not.toEqual(plain);
    expect(relativeDifference(tuned, plain)).toBeLessThan(1e-5);
    generator.destroy();
  });

  it('leaves all as it was when it is aborted, and has told what it knew', async () => {
    const { engine, generator } = await openTiny();
    const { variants } = engine;
    const controller = new AbortController();
    let known: KernelChoices | undefined;
    const choices = autotune(generator, {
      signal: controller.signal,
      onProgress: (progress) => {
        known = progress.choices;
        if (progress.done === 2) controller.abort();
      },
    });
    await expect(choices).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(known?.layers.size).toBe(2);
    expect(engine.variants).toBe(variants);
    await expectGoldenImage(generator);
    generator.destroy();
  });
});

describe('a tuning', () => {
  it('is not taken on another adapter or for other kernels', async () => {
    const { engine, generator } = await openTiny();
    const choices = await autotune(generator, { measure: most });
    const elsewhere = { ...choices, adapter: { ...choices.adapter, device: 'another' } };
    const stale = { ...choices, kernels: '0'.repeat(64) };
    expect(await useKernelChoices(engine, [elsewhere, stale])).toBeUndefined();
    expect(engine.variants.tuned).toBeUndefined();
    expect(await useKernelChoices(engine, [elsewhere, stale, choices])).toBe(choices);
    generator.destroy();
  });

  it('is added to what is known of its adapter and kernels', async () => {
    const { engine, generator } = await openTiny();
    const site = await autotuneSite(engine);
    const choices = await autotune(generator, { measure: most });
    const [first, second] = [...choices.layers];
    const a = { ...site, layers: new Map([first]) };
    const b = { ...site, layers: new Map([second]) };
    const elsewhere = { ...a, adapter: { ...site.adapter, device: 'another' } };
    const merged = mergeKernelChoices([elsewhere, a], b);
    expect(merged).toEqual([{ ...site, layers: new Map([first, second]) }, elsewhere]);
    // Other kernels: what was measured of the old ones is of no use.
    const fresh = { ...b, kernels: '0'.repeat(64) };
    expect(mergeKernelChoices([elsewhere, a], fresh)).toEqual([fresh, elsewhere]);
    generator.destroy();
  });
});

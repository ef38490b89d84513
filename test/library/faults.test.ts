import { describe, expect, it } from 'vitest';
import { DeviceLostError, InputError } from '../../src/formats/errors.ts';
import { createModel, type Model, openEngine } from '../../src/library/api.ts';
import { readGenerator } from '../../src/models/stylegan2/network/weights.ts';
import { openNodeGpu } from '../../src/node/gpu/node_gpu.ts';
import { nodeShaders } from '../../src/node/gpu/node_shaders.ts';
import { readFixture } from '../support/fixture_files.ts';
import { openTestEngine } from '../support/test_device.ts';

const weights = readGenerator(readFixture('tiny').file);
const points = [{ handle: [20, 20], target: [30, 30] }] as const;
const load = async (): Promise<Model> => createModel(await openTestEngine(), weights);

describe('a device that is lost', () => {
  it('is named, and what a drag reached stays', async () => {
    const { gpu } = await openNodeGpu();
    const engine = await openEngine(gpu, { shaders: nodeShaders });
    const model = await createModel(engine, weights);
    const session = await model.createDragSession(await model.latent({ seed: 1 }));
    session.setPoints(points);
    await session.run({ steps: 2 });
    const reached = await session.latent();
    const run = session.run();
    engine.destroy();
    await expect(run).rejects.toThrow(DeviceLostError);
    await expect(run).rejects.toThrow(/the graphics device was lost or destroyed; open another/);
    expect((await session.latent()).length).toBe(reached.length);
    expect((await session.latent()).every(Number.isFinite)).toBe(true);
    await expect(createModel(engine, weights)).rejects.toThrow(DeviceLostError);
    await expect(model.generate(reached)).rejects.toThrow(DeviceLostError);
  });
});

describe('what programs without types give', () => {
  const wrong = <T>(value: unknown): T => value as T;

  it('is refused by the model', async () => {
    const model = await load();
    const ws = await model.latent({ seed: 1 });
    const refused: [run: () => Promise<unknown>, message: RegExp][] = [
      [() => model.latent({ seed: wrong('5') }), /--seed: 5 is not a whole number/],
      [() => model.latent({ seed: 1.5 }), /--seed: 1.5 is not/],
      [() => model.latent({ seed: 1 }, { psi: wrong('0.7') }), /ψ is 0.7/],
      [() => model.latent({ seed: 1 }, { cutoff: 2.5 }), /--cutoff: 2.5 is not/],
      [() => model.latent({ z: new Float32Array(64).fill(Number.NaN) }), /z's value 0 is NaN/],
      [() => model.generate(ws, { noise: wrong('random') }), /--noise: random is none of/],
      [() => model.evaluate(ws, { tensors: ['image'], noise: wrong(3) }), /--noise: 3 is none/],
      [
        async () => createModel(await openTestEngine(), weights, { precision: wrong('f64') }),
        /f64/,
      ],
    ];
    for (const [run, message] of refused) {
      await expect(run()).rejects.toThrow(InputError);
      await expect(run()).rejects.toThrow(message);
    }
    model.destroy();
  });

  it.each([1.5, -1, Number.NaN, '3'])('is refused by a drag: %s steps', async (steps) => {
    const model = await load();
    const session = await model.createDragSession(await model.latent({ seed: 1 }));
    session.setPoints(points);
    await expect(session.run({ steps: wrong(steps) })).rejects.toThrow(
      /--steps: .* is not a whole/,
    );
    await session.destroy();
    model.destroy();
  });
});

it('a model that was destroyed says so', async () => {
  const model = await load();
  model.destroy();
  model.destroy();
  expect(model.config.resolution).toBe(64);
  for (const use of [
    () => model.latent({ seed: 1 }),
    () => model.generate(new Float32Array(640)),
    () => model.createDragSession(new Float32Array(640)),
  ]) {
    await expect(use()).rejects.toThrow(InputError);
    await expect(use()).rejects.toThrow(/the model was destroyed; load it again/);
  }
});

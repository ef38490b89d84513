import { describe, expect, it } from 'vitest';
import { imageRadius } from '../../src/drag/options.ts';
import type { PaceOptions } from '../../src/drag/run/pace.ts';
import {
  DragSession,
  type Iteration,
  type IterationTrace,
  type PointPair,
} from '../../src/drag/session.ts';
import { imagePixels } from '../../src/engine/memory/image.ts';
import { type DeviceTensor, readTensor } from '../../src/engine/memory/tensors.ts';
import { InputError } from '../../src/formats/errors.ts';
import { draggable } from '../../src/models/stylegan2/device/draggable.ts';
import { readDragFixture, testGenerator } from '../support/drag_fixture.ts';
import { openTestEngine } from '../support/test_device.ts';

const fixture = readDragFixture('drag_tiny_1point');
const { options, ws0 } = fixture;
const points: PointPair[] = fixture.handles.map((handle, j) => ({
  handle,
  target: fixture.targets[j],
}));
const side = 64;

/** What is asked at an iteration's event then holds from the next iteration on. */
const oneByOne: PaceOptions = { iterationsPerSubmit: 1, submissionsInFlight: 1 };

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

async function openSession(pace?: PaceOptions): Promise<DragSession> {
  const session = new DragSession(draggable(await testGenerator('tiny')), ws0, options, pace);
  session.setPoints(points);
  return session;
}

/** The latent after some iterations that nothing disturbs. */
async function undisturbed(steps: number): Promise<Float32Array> {
  const session = await openSession();
  await session.run({ steps });
  session.destroy();
  return session.latent();
}

describe('radii', () => {
  it.each([
    [3, 512, 3],
    [20, 64, 2],
    [52, 64, 6],
    [28, 64, 4],
    [12, 64, 2],
    [3, 128, 1],
    [4, 64, 0],
  ])('of %i are rounded half to even on %i² pixels', (radius, image, expected) => {
    expect(imageRadius(radius, image)).toBe(expected);
  });
});

describe('a session', () => {
  it('refuses what it cannot use', async () => {
    const generator = await testGenerator('tiny');
    expect(() => new DragSession(draggable(generator), ws0.subarray(1))).toThrow(InputError);
    expect(() => new DragSession(draggable(generator), ws0, { r1: -1 })).toThrow(InputError);
    expect(() => new DragSession(draggable(generator), ws0, { learningRate: Number.NaN })).toThrow(
      InputError,
    );
    const session = new DragSession(draggable(generator), ws0);
    const pair = (row: number, column: number): PointPair => ({
      handle: [row, column],
      target: [3, 3],
    });
    for (const wrong of [pair(64, 0), pair(0, -1), pair(0.5, 0), pair(Number.NaN, 0)])
      expect(() => session.setPoints([wrong])).toThrow(InputError);
    expect(() => session.setMask(new Uint8Array(7))).toThrow(InputError);
    expect(() => session.setOptions({ featureBlock: 1.5 })).toThrow(InputError);
    await expect(session.setLatent(ws0.map(() => Number.NaN))).rejects.toThrow(InputError);
    await expect(session.step()).rejects.toThrow(InputError);
    await expect(session.run()).rejects.toThrow(InputError);
    session.destroy();
  });

  it('goes on where it was stopped, as if it had not been', async () => {
    const session = await openSession(oneByOne);
    const iterations: Iteration[] = [];
    session.on('iteration', (iteration) => {
      iterations.push(iteration);
      if (iteration.iteration === 2) session.stop();
    });
    const first = await session.run({ steps: 8 });
    expect(first).toMatchObject({ iterations: 3, stopped: 'stopped' });
    const second = await session.run({ steps: 4 });
    expect(second).toMatchObject({ iterations: 4, stopped: 'steps' });
    const last = await session.step();
    expect(last.iteration).toBe(7);
    expect(iterations.map(({ iteration }) => iteration)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(session.points[0].handle).toEqual(last.points[0]);
    expect(last.distance).toBeCloseTo(
      Math.hypot(points[0].target[0] - last.points[0][0], points[0].target[1] - last.points[0][1]),
      4,
    );
    expect(await session.latent()).toEqual(await undisturbed(8));
    session.destroy();
  });

  it('waits at its targets for others while it is held, and goes on in the same edit', async () => {
    const session = await openSession();
    const near = session.points.map(({ handle }) => ({ handle, target: handle }));
    const waits = async (): Promise<void> => {
      while (!session.running) await nextTurn();
      const before = session.iteration;
      for (let turn = 0; turn < 20; turn++) await nextTurn();
      if (session.iteration !== before) await waits();
    };
    // Every handle on its target: there is nothing to be done.
    session.setPoints(near);
    session.hold(true);
    let ended = false;
    const run = session.run({ steps: 4 }).finally(() => {
      ended = true;
    });
    await waits();
    expect([ended, session.state.edit?.arrived]).toEqual([false, false]);
    const begun = session.state.edit?.ws;
    const before = session.iteration;
    session.setPoints(
      session.points.map(({ handle }, j) => ({ handle, target: points[j].target })),
    );
    while (session.iteration < before + 6) await nextTurn();
    expect(session.state.edit?.ws, 'the references are those of its beginning').toBe(begun);
    // What is made while it is held does not count towards the steps.
    session.hold(false);
    const { iterations, stopped } = await run;
    expect(iterations).toBeGreaterThanOrEqual(10);
    expect(stopped).toBe('steps');

    session.hold(true);
    session.setPoints(near);
    const again = session.run();
    await waits();
    session.hold(false);
    expect((await again).stopped).toBe('arrived');
    expect(session.state.edit?.arrived).toBe(true);
    session.destroy();
  });

  it('runs once at a time', async () => {
    const session = await openSession();
    const run = session.run({ steps: 2 });
    expect(session.running).toBe(true);
    await expect(session.run()).rejects.toThrow(InputError);
    await run;
    expect(session.running).toBe(false);
    session.destroy();
  });

  it('goes back to a state it had, forth again, and resets', async () => {
    const session = await openSession();
    await session.run({ steps: 2 });
    const once = session.state;
    const next: PointPair[] = [{ handle: [40, 20], target: [30, 20] }];
    session.setPoints(next);
    const between = session.state;
    await session.run({ steps: 2 });
    const twice = session.state;
    expect(twice.ws).not.toEqual(once.ws);
    await session.restore(between);
    expect(await session.latent()).toEqual(once.ws);
    expect(session.points).toEqual(next);
    await session.run({ steps: 2 });
    expect(session.state).toEqual(twice);
    await session.reset();
    expect(await session.latent()).toEqual(ws0);
    expect(session.points).toEqual(next);
    await session.restore({ ws: ws0, initial: { ws: ws0 }, points, edit: null });
    await session.run({ steps: 2 });
    expect(session.state).toEqual(once);
    session.destroy();
  });

  it('goes on where another session was: references, reset and regularisation included', async () => {
    // Adam's moments are not part of a state. At so small a rate the step after the state changes next to nothing.
    const gentle = { regularization: 0.5, learningRate: 1e-9 };
    const session = await openSession(oneByOne);
    session.setOptions({ regularization: 0.5 });
    await session.run({ steps: 3 });
    const { state } = session;
    session.setOptions(gentle);
    const gradients: Float32Array[] = [];
    const trace = ({ gradient }: IterationTrace) => gradients.push(gradient);
    await session.run({ steps: 1, trace });
    const other = new DragSession(draggable(await testGenerator('tiny')), ws0, {
      ...options,
      ...gentle,
    });
    await other.restore(state);
    expect(other.iteration).toBe(3);
    expect(other.points).toEqual(state.points);
    await other.run({ steps: 1, trace });
    expect(gradients[1]).toEqual(gradients[0]);
    expect(other.state.edit).toMatchObject({ ws: ws0, handles: [points[0].handle], iterations: 4 });
    await other.reset();
    expect(await other.latent()).toEqual(ws0);
    expect(other.points).toEqual(points);
    // What nothing tells apart from a new edit would have other features to follow.
    await other.restore({ ...state, edit: null });
    await other.run({ steps: 1, trace });
    expect(gradients[2]).not.toEqual(gradients[0]);
    await expect(other.restore({ ...state, points: [] })).rejects.toThrow(InputError);
    await expect(other.restore({ ...state, initial: { ws: ws0.subarray(1) } })).rejects.toThrow(
      InputError,
    );
    session.destroy();
    other.destroy();
  });

  it('takes a new picture', async () => {
    const session = await openSession();
    await session.run({ steps: 1 });
    const other = ws0.map((value) => 0.5 * value);
    await session.setLatent(other);
    expect(session.iteration).toBe(0);
    expect(session.state).toMatchObject({ initial: { ws: other }, points, edit: null });
    expect(await session.latent()).toEqual(other);
    session.destroy();
  });

  it('restores the last good latent when it diverges', async () => {
    const session = await openSession();
    await session.run({ steps: 2 });
    const good = await session.latent();
    // The step to a w that is no number is undone, and so is the one to a w whose loss is none.
    session.setOptions({ learningRate: 3e38 });
    const result = await session.run({ steps: 20 });
    expect(result.stopped).toBe('diverged');
    expect(await session.latent()).toEqual(good);
    session.setOptions({ learningRate: options.learningRate });
    const { lossMotion } = await session.step();
    expect(lossMotion).toBeGreaterThan(0);
    session.destroy();
  });

  it('heeds new options while it runs', async () => {
    const session = await openSession(oneByOne);
    const losses: number[] = [];
    session.on('iteration', ({ iteration, lossMask, lossMotion }) => {
      losses.push(lossMotion);
      if (iteration === 1) session.setOptions({ learningRate: 0 });
      if (iteration === 3) session.setOptions({ r1: 40, r2: 16 });
      if (iteration === 4) session.setOptions({ featureBlock: 2, regularization: 0.1 });
      if (iteration === 5) session.setOptions({ space: 'w' });
      expect(lossMask).toBe(0);
    });
    await session.run({ steps: 7 });
    expect(losses).toHaveLength(7);
    // With learning rate 0 the loss stays from iteration 2 on; then each change shows in it.
    expect(losses[3]).toBe(losses[2]);
    expect(losses[2]).not.toBe(losses[1]);
    expect(losses[4]).not.toBe(losses[3]);
    expect(losses[5]).not.toBe(losses[4]);
    expect(losses.every((loss) => loss > 0)).toBe(true);
    expect(session.iteration).toBe(1);
    session.destroy();
  });

  it('measures a mask that comes later against the beginning of the edit', async () => {
    const mask = new Uint8Array(side * side).fill(1);
    const early = await openSession();
    // λ = 0: the mask changes nothing, but its loss could not be seen either; so a tiny one.
    early.setOptions({ lambda: 1e-6 });
    early.setMask(mask);
    const seen: number[] = [];
    early.on('iteration', ({ lossMask }) => seen.push(lossMask));
    await early.run({ steps: 4 });
    const late = await openSession();
    late.setOptions({ lambda: 1e-6 });
    await late.run({ steps: 3 });
    late.setMask(mask);
    const { lossMask } = await late.step();
    expect(seen[0]).toBe(0);
    expect(lossMask).toBeGreaterThan(0);
    expect(lossMask / seen[3]).toBeCloseTo(1, 2);
    early.destroy();
    late.destroy();
  });

  it('keeps its references while only a target is moved', async () => {
    const session = await openSession(oneByOne);
    session.on('iteration', ({ iteration }) => {
      if (iteration === 1)
        session.setPoints(session.points.map(({ handle }) => ({ handle, target: [50, 50] })));
    });
    await session.run({ steps: 3 });
    expect(session.iteration).toBe(3);
    expect(session.points[0].target).toEqual([50, 50]);
    session.setPoints([{ handle: [10, 10], target: [50, 50] }]);
    expect(session.iteration).toBe(0);
    session.destroy();
  });

  it('takes new points while it runs, and ends without any', async () => {
    const session = await openSession(oneByOne);
    const counts: number[] = [];
    session.on('iteration', ({ points: { length } }) => {
      counts.push(length);
      if (counts.length === 2) session.setPoints([...points, { handle: [9, 9], target: [20, 9] }]);
      if (counts.length === 4) session.setPoints([]);
    });
    const result = await session.run({ steps: 9 });
    expect(counts).toEqual([1, 1, 2, 2]);
    expect(result.stopped).toBe('stopped');
    expect(session.points).toEqual([]);
    session.destroy();
  });

  it('shows its picture without a read-back, also while it runs', async () => {
    const session = await openSession();
    const before = await session.image();
    expect(before).toMatchObject({ width: side, height: side });
    const run = session.run({ steps: 3 });
    const drawn: DeviceTensor[] = [];
    await session.show({ draw: (image) => drawn.push(image) });
    await run;
    expect(drawn[0].shape).toEqual([1, 3, side, side]);
    const after = await session.image();
    expect(after.rgba).not.toEqual(before.rgba);

    // What it began with is shown without a change of what it is.
    const { device } = await openTestEngine();
    await session.showInitial({ draw: (image) => drawn.push(image) });
    expect(imagePixels(await readTensor(device, drawn[1]), drawn[1].shape)).toEqual(before);
    expect((await session.image()).rgba).toEqual(after.rgba);
    session.destroy();
  });
});

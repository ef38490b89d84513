import { EventEmitter, once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { DragLoop } from '../../../../src/drag/device/device_drag.ts';
import { Pace, type PaceOptions } from '../../../../src/drag/run/pace.ts';
import {
  DragSession,
  type Iteration,
  type IterationTrace,
  type PointPair,
  type RunOptions,
} from '../../../../src/drag/session.ts';
import { DeviceLostError } from '../../../../src/formats/errors.ts';
import { draggable } from '../../../../src/models/stylegan2/device/draggable.ts';
import { readDragFixture, testGenerator } from '../../../support/drag_fixture.ts';
import { openTestDevice } from '../../../support/test_device.ts';

const oneByOne: PaceOptions = { iterationsPerSubmit: 1, submissionsInFlight: 1 };

const paces: readonly [string, PaceOptions][] = [
  ['one a submission, overlapping', { iterationsPerSubmit: 1 }],
  ['three a submission, overlapping', { iterationsPerSubmit: 3 }],
  ['eight a submission, each awaited', { iterationsPerSubmit: 8, submissionsInFlight: 1 }],
  ['eight a submission, three on their way', { iterationsPerSubmit: 8, submissionsInFlight: 3 }],
  ['as many as fit', {}],
];

/** A session on a fixture's drag. */
async function openFixture(name: string, pace: PaceOptions): Promise<DragSession> {
  const { network, handles, targets, mask, ws0, options } = readDragFixture(name);
  const session = new DragSession(draggable(await testGenerator(network)), ws0, options, pace);
  session.setPoints(handles.map((handle, j) => ({ handle, target: targets[j] })));
  session.setMask(mask);
  return session;
}

/** All that a run says, and where it ends. */
async function traceRun(session: DragSession, options: RunOptions) {
  const rows: IterationTrace[] = [];
  const events: Iteration[] = [];
  const forget = session.on('iteration', (iteration) => events.push(iteration));
  const { millisecondsPerIteration, ...result } = await session.run({
    ...options,
    trace: (row) => rows.push(row),
  });
  forget();
  expect(millisecondsPerIteration).toBeGreaterThan(0);
  return { rows, events, result, ws: await session.latent(), points: session.points };
}

const retargeted = (session: DragSession, target: PointPair['target']): PointPair[] =>
  session.points.map(({ handle }) => ({ handle, target }));

describe.each([
  'drag_tiny_1point',
  'drag_tiny_3points',
  'drag_tiny_mask_reg',
  'drag_tiny_w',
  'drag_tiny_stop',
])('%s', (name) => {
  it.each(paces)('is the same to the bit, run again included: %s', async (_, pace) => {
    const [expected, session] = [await openFixture(name, oneByOne), await openFixture(name, pace)];
    expect(await traceRun(session, { steps: 11 })).toEqual(await traceRun(expected, { steps: 11 }));
    expect(await traceRun(session, { steps: 3 })).toEqual(await traceRun(expected, { steps: 3 }));
    await Promise.all([expected.destroy(), session.destroy()]);
  });
});

describe('batches', () => {
  it('end where the points arrive inside one', async () => {
    const { stoppedAt = Number.NaN } = readDragFixture('drag_tiny_stop');
    const session = await openFixture('drag_tiny_stop', { iterationsPerSubmit: 8 });
    const { events, result } = await traceRun(session, {});
    expect(result).toMatchObject({ iterations: stoppedAt, stopped: 'arrived' });
    expect(events.map(({ arrived }) => arrived)).toEqual(
      Array.from({ length: stoppedAt + 1 }, (_, i) => i === stoppedAt),
    );
    await session.destroy();
  });

  it('go on past an arrival at targets that are no longer asked for', async () => {
    const { stoppedAt = Number.NaN } = readDragFixture('drag_tiny_stop');
    const session = await openFixture('drag_tiny_stop', { iterationsPerSubmit: 8 });
    const events: Iteration[] = [];
    session.on('iteration', (iteration) => {
      events.push(iteration);
      // The arrival is under way already, and so are eight iterations that do nothing.
      if (events.length === 1) session.setPoints(retargeted(session, [60, 60]));
    });
    const result = await session.run({ steps: 12 });
    expect(result).toMatchObject({ iterations: 12, stopped: 'steps' });
    expect(events).toHaveLength(13);
    expect(events.map(({ iteration }) => iteration)).toEqual(events.map((_, i) => i));
    expect(events.filter(({ arrived }) => arrived)).toEqual([events[stoppedAt]]);
    expect(events[stoppedAt + 1].distance).toBeGreaterThan(events[stoppedAt].distance + 10);
    expect(session.points[0].target).toEqual([60, 60]);
    await session.destroy();
  });

  it('restore the last good latent when one diverges in their midst', async () => {
    const diverged = async (pace: PaceOptions) => {
      const session = await openFixture('drag_tiny_1point', pace);
      await session.run({ steps: 2 });
      session.setOptions({ learningRate: 3e38 });
      const broken = await traceRun(session, { steps: 20 });
      session.setOptions({ learningRate: 0.002 });
      const mended = await traceRun(session, { steps: 5 });
      await session.destroy();
      return { broken, mended };
    };
    const expected = await diverged(oneByOne);
    expect(expected.broken.result.stopped).toBe('diverged');
    for (const [name, pace] of paces) expect(await diverged(pace), name).toEqual(expected);
  });

  it('take new options at the next submission, and wait where plans change', async () => {
    const session = await openFixture('drag_tiny_1point', { iterationsPerSubmit: 2 });
    const losses: number[] = [];
    const numbers: number[] = [];
    session.on('iteration', ({ iteration, lossMotion }) => {
      losses.push(lossMotion);
      numbers.push(iteration);
      if (losses.length === 1) session.setOptions({ learningRate: 0 });
      if (losses.length === 9) session.setOptions({ r1: 40, r2: 16, featureBlock: 2 });
      if (losses.length === 15) session.setOptions({ space: 'w' });
    });
    const { result, rows } = await traceRun(session, { steps: 20 });
    expect(result.iterations).toBe(20);
    const moved = rows.slice(1).map(({ ws }, i) => ws.some((value, k) => value !== rows[i].ws[k]));
    // Two submissions are on their way when a change comes. From the third on nothing moves at learning rate 0.
    expect(moved.slice(0, 17)).toEqual(Array.from({ length: 17 }, (_, i) => i < 4));
    expect(losses[12]).not.toBe(losses[11]);
    // The last change begins a new edit, from where those before it have come to.
    expect(numbers.slice(0, 18)).toEqual(Array.from({ length: 18 }, (_, i) => i));
    expect(numbers.slice(18)).toEqual([0, 1]);
    await session.destroy();
  });

  it('begin a new edit from where the last iteration of the old one has come to', async () => {
    const next: PointPair[] = [{ handle: [20, 40], target: [20, 20] }];
    const session = await openFixture('drag_tiny_1point', { iterationsPerSubmit: 3 });
    session.on('iteration', ({ iteration }) => {
      if (iteration === 1 && session.points[0].target[1] !== 20) session.setPoints(next);
    });
    const { iterations } = await session.run({ steps: 9 });
    expect(iterations).toBe(9);
    const expected = await openFixture('drag_tiny_1point', oneByOne);
    await expected.run({ steps: 6 });
    expected.setPoints(next);
    await expected.run({ steps: 3 });
    expect(await session.latent()).toEqual(await expected.latent());
    // Where the new edit began is what an undo goes back to.
    expect(session.state).toEqual(expected.state);
    await Promise.all([expected.destroy(), session.destroy()]);
  });

  it('stop after what the device already has, and go on as if they had not been', async () => {
    const session = await openFixture('drag_tiny_1point', { iterationsPerSubmit: 3 });
    session.on('iteration', ({ iteration }) => {
      if (iteration === 1) session.stop();
    });
    const { iterations, stopped } = await session.run();
    expect(stopped).toBe('stopped');
    expect(iterations).toBe(6);
    await session.run({ steps: 4 });
    const expected = await openFixture('drag_tiny_1point', oneByOne);
    await expected.run({ steps: 10 });
    expect(await session.latent()).toEqual(await expected.latent());
    await Promise.all([expected.destroy(), session.destroy()]);
  });

  it('are at most two at once, and the second is made before the first is back', async () => {
    let onTheirWay = 0;
    const seen: number[] = [];
    const made = new EventEmitter();
    const run = DragLoop.prototype.run;
    const spy = vi.spyOn(DragLoop.prototype, 'run').mockImplementation(async function (
      this: DragLoop,
      ...given
    ) {
      const number = seen.push(++onTheirWay);
      made.emit(`submission ${number}`);
      const records = await run.apply(this, given);
      // However fast the device is, none but the last is back before the next is made.
      if (number < 5 && seen.length === number) await once(made, `submission ${number + 1}`);
      onTheirWay--;
      return records;
    });
    const session = await openFixture('drag_tiny_1point', { iterationsPerSubmit: 2 });
    await session.run({ steps: 9 });
    expect(seen).toEqual([1, 2, 2, 2, 2]);
    spy.mockRestore();
    await session.destroy();
  });

  it('go on while the picture is drawn', async () => {
    // Few in a submission: all could be on their way before the first picture is.
    const session = await openFixture('drag_tiny_1point', { iterationsPerSubmit: 2 });
    // The first picture waits for its kernels, by which time the points have arrived.
    await session.show({ draw: () => {} });
    let events = 0;
    session.on('iteration', () => events++);
    const run = session.run({ steps: 60 });
    while (events < 4) await new Promise((resolve) => setTimeout(resolve, 1));
    let arrived = false;
    const end = run.then(() => {
      arrived = true;
    });
    const during: number[] = [];
    while (during.length < 5) {
      const before = events;
      await session.show({ draw: () => {} });
      // Its points arrive after 30 iterations: a picture after that has none beside it.
      if (arrived) break;
      during.push(events - before);
    }
    expect(during.length).toBeGreaterThan(0);
    expect(Math.min(...during)).toBeGreaterThan(0);
    await end;
    const expected = await openFixture('drag_tiny_1point', oneByOne);
    await expected.run({ steps: 60 });
    expect(await session.latent()).toEqual(await expected.latent());
    await Promise.all([expected.destroy(), session.destroy()]);
  });

  it('go on from the last iteration that was heard of, when one is lost on its way', async () => {
    const session = await openFixture('drag_tiny_1point', { iterationsPerSubmit: 2 });
    const expected = await openFixture('drag_tiny_1point', oneByOne);
    const { rows } = await traceRun(expected, { steps: 3 });
    const forget = session.on('iteration', ({ iteration }) => {
      if (iteration === 1) throw new RangeError('a listener fails');
    });
    await expect(session.run({ steps: 8 })).rejects.toThrow('a listener fails');
    forget();
    const { rows: further } = await traceRun(session, { steps: 1 });
    expect(further[0].ws).toEqual(rows[2].ws);
    expect(further[0].lossMotion).toBe(rows[2].lossMotion);

    // The same where the device gives nothing back.
    const device = await openTestDevice();
    const create = device.createBuffer.bind(device);
    const spy = vi.spyOn(device, 'createBuffer').mockImplementation((descriptor) => {
      const buffer = create(descriptor);
      if (descriptor.label === 'drag records')
        buffer.mapAsync = () => Promise.reject(new RangeError('not mapped'));
      return buffer;
    });
    const lost = await openFixture('drag_tiny_1point', { iterationsPerSubmit: 2 });
    await expect(lost.run({ steps: 8 })).rejects.toThrow(DeviceLostError);
    spy.mockRestore();
    const { rows: again } = await traceRun(lost, { steps: 1 });
    expect(again[0].iteration).toBe(0);
    expect(again[0].ws).toEqual(rows[0].ws);
    expect(again[0].lossMotion).toBe(rows[0].lossMotion);
    await Promise.all([session.destroy(), expected.destroy(), lost.destroy()]);
  });
});

describe('the pace', () => {
  it('fills about 30 ms, grows by doubling, and ignores what waited once', () => {
    const pace = new Pace();
    const sizes: number[] = [];
    for (const milliseconds of [400, 4, 4, 4, 400, 4, 0.1, 0.1, 0.1, 0.1, 50, 50, 50, 50]) {
      sizes.push(pace.iterationsPerSubmit);
      pace.note(milliseconds);
    }
    expect(sizes).toEqual([1, 1, 1, 2, 4, 7, 7, 7, 7, 14, 16, 16, 16, 1]);
    expect(pace.submissionsInFlight).toBe(2);
  });
});

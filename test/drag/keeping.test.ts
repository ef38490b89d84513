import { describe, expect, it } from 'vitest';
import type { DragOptions } from '../../src/drag/options.ts';
import { DragSession } from '../../src/drag/session.ts';
import { draggable } from '../../src/models/stylegan2/device/draggable.ts';
import { testGenerator } from '../support/drag_fixture.ts';

const generator = await testGenerator('tiny');
const { height, width } = generator.config;
const ws = await generator.latent({ seed: 3 });
/** The lower half stays. */
const mask = Uint8Array.from({ length: height * width }, (_, i) =>
  i >= (height * width) / 2 ? 1 : 0,
);
/** How far a seam reaches above the join at 32². */
const reach = 8;
const lower = 4 * width * (height / 2 + reach);

function openSession(options: Partial<DragOptions> = {}) {
  const usual = {
    featureBlock: 3,
    learningRate: 0.05,
    r1: 20,
    r2: 52,
    keeping: 'features',
  } as const;
  const session = new DragSession(draggable(generator), ws, { ...usual, ...options });
  session.setPoints([{ handle: [16, 24], target: [16, 40] }]);
  return session;
}

const partBelow = (rgba: ArrayLike<number>): number[] => Array.from(rgba).slice(lower);

describe('a drag whose features keep what is masked', () => {
  it('goes as without a mask, and draws what must stay as it was', async () => {
    const session = openSession();
    const free = openSession();
    const before = await session.image();
    session.setMask(mask);
    expect((await session.image()).rgba).toEqual(before.rgba);
    for (const one of [session, free]) await one.run({ steps: 4 });
    expect(await session.latent()).toEqual(await free.latent());
    const [kept, whole] = [await session.image(), await free.image()];
    expect(partBelow(kept.rgba)).toEqual(partBelow(before.rgba));
    expect(partBelow(whole.rgba)).not.toEqual(partBelow(before.rgba));
    expect(kept.rgba.subarray(0, 4 * width * (height / 2 - reach))).toEqual(
      whole.rgba.subarray(0, 4 * width * (height / 2 - reach)),
    );
    session.setOptions({ keeping: 'loss' });
    expect((await session.image()).rgba, 'the loss draws nothing of it').toEqual(whole.rgba);
    await Promise.all([session.destroy(), free.destroy()]);
  });

  it('keeps the picture at which the first mask was set, until there is none', async () => {
    const session = openSession();
    await session.run({ steps: 3 });
    const dragged = await session.image();
    session.setMask(mask);
    session.setMask(mask.map((stays, i) => (i < width ? 1 : stays)));
    await session.run({ steps: 3 });
    expect(partBelow((await session.image()).rgba)).toEqual(partBelow(dragged.rgba));
    session.setMask(null);
    expect((await session.image()).rgba).toEqual(
      (await generator.generate(await session.latent())).rgba,
    );
    await session.destroy();
  });

  it('is put back on another session with what it keeps', async () => {
    const session = openSession();
    session.setMask(mask);
    await session.run({ steps: 3 });
    const { state } = session;
    const other = openSession();
    other.setMask(mask);
    await other.restore(state);
    expect((await other.image()).rgba).toEqual((await session.image()).rgba);
    await session.reset();
    expect((await session.image()).rgba).toEqual((await generator.generate(ws)).rgba);
    await Promise.all([session.destroy(), other.destroy()]);
  });

  it('draws other latents of the drag with what it keeps', async () => {
    const session = openSession();
    session.setMask(mask);
    const traced: Float32Array[] = [];
    await session.run({ steps: 3, trace: (row) => traced.push(row.ws) });
    const frame = await session.image(traced[2]);
    const first = await session.image(traced[0]);
    expect(partBelow(frame.rgba)).toEqual(partBelow(first.rgba));
    expect(frame.rgba).not.toEqual(first.rgba);
    await session.destroy();
  });
});

import { describe, expect, it, vi } from 'vitest';
import { DragSession } from '../../src/drag/session.ts';
import { draggable } from '../../src/models/stylegan2/device/draggable.ts';
import type { Generator } from '../../src/models/stylegan2/device/generator.ts';
import { readDragFixture, testGenerator } from '../support/drag_fixture.ts';
import { openTestDevice } from '../support/test_device.ts';

/** A session on a fixture's drag. */
function openFixture(generator: Generator, name: string): DragSession {
  const { handles, targets, mask, ws0, options } = readDragFixture(name);
  const session = new DragSession(draggable(generator), ws0, options);
  session.setPoints(handles.map((handle, j) => ({ handle, target: targets[j] })));
  session.setMask(mask);
  return session;
}

describe('two sessions on one device', () => {
  it('give what each gives alone', async () => {
    const generator = await testGenerator('tiny');
    const names = ['drag_tiny_w', 'drag_tiny_mask_reg'];
    const alone: Float32Array[] = [];
    for (const name of names) {
      const session = openFixture(generator, name);
      await session.run({ steps: 6 });
      alone.push(await session.latent());
      session.destroy();
    }
    const sessions = names.map((name) => openFixture(generator, name));
    for (let step = 0; step < 3; step++) for (const session of sessions) await session.step();
    await Promise.all(sessions.map((session) => session.run({ steps: 3 })));
    for (const [i, session] of sessions.entries()) {
      expect(await session.latent()).toEqual(alone[i]);
      session.destroy();
    }
  });
});

describe('buffers', () => {
  it('do not grow in number over 200 iterations, and go with their session', async () => {
    const generator = await testGenerator('tiny');
    const device = await openTestDevice();
    const live = new Set<GPUBuffer>();
    const createBuffer = device.createBuffer.bind(device);
    const spy = vi.spyOn(device, 'createBuffer').mockImplementation((descriptor) => {
      const buffer = createBuffer(descriptor);
      const destroy = buffer.destroy.bind(buffer);
      live.add(buffer);
      buffer.destroy = () => {
        live.delete(buffer);
        return destroy();
      };
      return buffer;
    });
    // Changes that rebuild plans and make tensors anew.
    const change = async (session: DragSession) => {
      session.setOptions({ r1: 40, featureBlock: 2 });
      await session.step();
      session.setMask(null);
      session.setPoints([...session.points, { handle: [5, 5], target: [30, 5] }]);
      await session.step();
      session.setOptions({ space: 'w' });
      await session.step();
      await session.restore({ ...session.state, edit: null });
      await session.step();
    };
    // What all sessions share (the plan that draws pictures, the arena for all of these plans) is there before the count.
    const first = openFixture(generator, 'drag_tiny_mask_reg');
    await first.run({ steps: 2, trace: () => {} });
    await first.image();
    await change(first);
    await first.destroy();
    const shared = live.size;

    const session = openFixture(generator, 'drag_tiny_mask_reg');
    await session.run({ steps: 5, trace: () => {} });
    const early = live.size;
    expect(early).toBeGreaterThan(shared);
    const { iterations } = await session.run({ steps: 195, trace: () => {} });
    expect(iterations).toBe(195);
    expect(live.size).toBe(early);

    await change(session);
    await session.image();
    await session.destroy();
    expect(live.size).toBeLessThanOrEqual(shared);
    spy.mockRestore();
  });
});

import { expect } from 'vitest';
import { DragLoop } from '../../src/drag/device/device_drag.ts';
import { objectiveShape } from '../../src/drag/device/objective_shape.ts';
import type { IterationRecord } from '../../src/drag/device/records.ts';
import { draggable } from '../../src/models/stylegan2/device/draggable.ts';
import type { Generator } from '../../src/models/stylegan2/device/generator.ts';
import { relativeDifference } from '../twins/finite_differences.ts';
import { readDragFixture } from './drag_fixture.ts';
import { readFixture } from './fixture_files.ts';

/** Whether the tiny network, on whatever kernels its engine takes, gives the golden image and its gradient. */
export async function expectGoldenImage(generator: Generator): Promise<void> {
  const fixture = readFixture('tiny');
  const ws = fixture.values('ws').slice(0, generator.config.numWs * generator.config.wDim);
  const gradient = { of: 'image', cotangent: fixture.values('image_cotangent') };
  const tensors = ['image'];
  // Other kernels may be taken where no gradient is asked for.
  const alone = await generator.evaluate(ws, { tensors });
  const results = await generator.evaluate(ws, { tensors, gradient });
  for (const { data } of [alone.get('image'), results.get('image')].map((i) => i ?? { data: [] })) {
    const golden = fixture.values('b64.img').slice(0, data.length);
    expect(relativeDifference(data, golden)).toBeLessThan(2e-5);
  }
  const found = results.get('grad_ws')?.data ?? [];
  const expected = fixture.values('grad_ws.image').slice(0, found.length);
  expect(relativeDifference(found, expected)).toBeLessThan(5e-4);
}

/** Whether the tiny network is dragged as the reference does. */
export async function expectGoldenDrag(
  generator: Generator,
  coverage: 'cone' | 'dense',
): Promise<void> {
  const { iterations } = readDragFixture('drag_tiny_3points');
  for (const [i, record] of (await drag(generator, coverage)).entries()) {
    const { points, lossMotion, gradient } = iterations[i];
    expect(record.points).toEqual(points);
    expect(Math.abs(record.lossMotion / lossMotion - 1)).toBeLessThan(1e-4);
    const found = record.gradient ?? new Float32Array();
    expect(relativeDifference(found, gradient.subarray(0, found.length))).toBeLessThan(2e-5);
  }
}

async function drag(generator: Generator, coverage: 'cone' | 'dense'): Promise<IterationRecord[]> {
  const { handles, targets, ws0, options } = readDragFixture('drag_tiny_3points');
  const loop = new DragLoop(draggable(generator));
  const counts = { points: handles.length, masked: false };
  await loop.configure(objectiveShape(draggable(generator), { ...options, coverage }, counts));
  loop.begin({ ws: ws0, handles }, ws0);
  loop.targets = targets;
  loop.rates = options;
  const records = [];
  for (let i = 0; i < 3; i++) records.push(...(await loop.run(1, true)));
  loop.destroy();
  return records;
}

import { describe, expect, it } from 'vitest';
import { splitConstant } from '../../../src/drag/device/constant_calls.ts';
import { DragLoop } from '../../../src/drag/device/device_drag.ts';
import { objectiveShape } from '../../../src/drag/device/objective_shape.ts';
import { draggable } from '../../../src/models/stylegan2/device/draggable.ts';
import { Generator } from '../../../src/models/stylegan2/device/generator.ts';
import { trainedRows } from '../../../src/models/stylegan2/device/trained_rows.ts';
import { synthesisCalls } from '../../../src/models/stylegan2/network/synthesis.ts';
import { readGenerator } from '../../../src/models/stylegan2/network/weights.ts';
import { readDragFixture } from '../../support/drag_fixture.ts';
import { readFixture } from '../../support/fixture_files.ts';
import { openTestEngine } from '../../support/test_device.ts';

const { handles, targets, ws0, options } = readDragFixture('drag_tiny_1point');

/** A loop on the tiny network that has begun at a ws. */
async function openLoop() {
  const engine = await openTestEngine();
  const generator = await Generator.load(engine, readGenerator(readFixture('tiny').file));
  const loop = new DragLoop(draggable(generator));
  const counts = { points: handles.length, masked: false };
  await loop.configure(objectiveShape(draggable(generator), options, counts));
  const begin = (ws: Float32Array) => {
    loop.begin({ ws, handles }, ws);
    loop.targets = targets;
    loop.rates = options;
  };
  return { generator, loop, begin };
}

describe('layers with frozen rows of ws', () => {
  it('are those from row 6 on', () => {
    const { config } = readGenerator(readFixture('tiny').file);
    const calls = synthesisCalls(config, { upTo: 64, image: false });
    const rows = Array.from({ length: trainedRows }, (_, row) => `ws.${row}`);
    const { constant, varying } = splitConstant(calls, rows);
    expect(constant.map(({ label }) => label)).toEqual([
      'b32.conv1.styles',
      'b32.conv1.demodulate',
      'b64.conv0.styles',
      'b64.conv0.demodulate',
      'b64.conv1.styles',
      'b64.conv1.demodulate',
    ]);
    expect(varying).toEqual(calls.filter((call) => !constant.includes(call)));
  });

  it('have their styles made when a drag is placed, not in its iterations', async () => {
    const { generator, loop, begin } = await openLoop();
    // Several calls may be one step.
    const labels = loop.plan.steps.flatMap(({ call }) =>
      (call.fused ?? [call]).map(({ label }) => label),
    );
    expect(labels.filter((label) => /^b32\.conv1\.(styles|demodulate)/.test(label))).toEqual([]);
    expect(labels).toContain('b32.conv0.styles');

    // The same as of a drag that has begun nowhere else: nothing of the first one's styles stays.
    const other = ws0.map((value, i) => (i < trainedRows * generator.config.wDim ? value : -value));
    begin(ws0);
    const [first] = await loop.run(1, true);
    begin(other);
    const [second] = await loop.run(1, true);
    const fresh = await openLoop();
    fresh.begin(other);
    const [expected] = await fresh.loop.run(1, true);
    expect(second.gradient).toEqual(expected.gradient);
    expect(second.lossMotion).toBe(expected.lossMotion);
    expect(second.lossMotion).not.toBe(first.lossMotion);
    for (const { generator: one, loop: its } of [{ generator, loop }, fresh]) {
      its.destroy();
      one.destroy();
    }
  });
});

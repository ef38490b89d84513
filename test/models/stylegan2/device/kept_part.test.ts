import { describe, expect, it } from 'vitest';
import { Generator } from '../../../../src/models/stylegan2/device/generator.ts';
import { trainedRows } from '../../../../src/models/stylegan2/device/trained_rows.ts';
import { readGenerator } from '../../../../src/models/stylegan2/network/weights.ts';
import { readFixture } from '../../../support/fixture_files.ts';
import { oddWeights } from '../../../support/odd_weights.ts';
import { openTestEngine } from '../../../support/test_device.ts';

const engine = await openTestEngine();
/** A constant of 4 × 2, so that the last maps are 64 × 32. */
const oblong = oddWeights({
  constant: [4, 2],
  channels: [6, 5, 3, 4, 4],
  zDim: 9,
  wDim: 12,
  mappingLayers: 2,
  imgChannels: 3,
  convClamp: null,
  noise: true,
});

const networks = [
  // Joined at 32², below the last block.
  { what: '64²', weights: readGenerator(readFixture('tiny').file), classIndex: undefined },
  // Joined at the picture itself.
  { what: '32²', weights: readGenerator(readFixture('conditional').file), classIndex: 1 },
  { what: '64 × 32', weights: oblong, classIndex: undefined },
];

describe.each(networks)('a network of $what', async ({ weights, classIndex }) => {
  const generator = await Generator.load(engine, weights);
  const { height, width, numWs, wDim } = generator.config;
  const ws = await generator.latent({ seed: 1 }, { classIndex });
  const moved = await generator.latent({ seed: 2 }, { classIndex });
  // As after a drag: other rows are as they were.
  moved.set(ws.subarray(trainedRows * wDim, numWs * wDim), trainedRows * wDim);
  const half = Uint8Array.from({ length: height * width }, (_, i) =>
    i % width < width / 2 ? 1 : 0,
  );
  const all = half.map(() => 1);
  const none = half.map(() => 0);
  const first = await generator.generate(ws);
  const second = await generator.generate(moved);

  it('keeps all of the other picture, or nothing', async () => {
    expect(second.rgba).not.toEqual(first.rgba);
    expect((await generator.generate(moved, { kept: { ws, mask: all } })).rgba).toEqual(first.rgba);
    const anew = await generator.generate(moved, { kept: { ws, mask: none } });
    expect(anew.rgba).toEqual(second.rgba);
  });

  it('keeps one side and draws the other anew, with a seam between', async () => {
    const { rgba } = await generator.generate(moved, { kept: { ws, mask: half } });
    // A 3 × 3 convolution, twice a block above the join, reaches no further than this many pixels.
    const reach = 8;
    let [kept, anew] = [0, 0];
    for (let i = 0; i < height * width; i++) {
      const column = i % width;
      const same = (other: Uint8ClampedArray | Uint8Array) =>
        [0, 1, 2].every((c) => Math.abs(rgba[4 * i + c] - other[4 * i + c]) <= 1);
      if (column < width / 2 - reach && !same(first.rgba)) kept++;
      if (column >= width / 2 + reach && !same(second.rgba)) anew++;
    }
    expect([kept, anew]).toEqual([0, 0]);
  });

  it('takes another mask, latent and noise as they come', async () => {
    const other = half.map((stays) => 1 - stays);
    const draw = (kept: { ws: Float32Array; mask: Uint8Array }, noise?: 'const' | 'none') =>
      generator.generate(moved, { kept, noise });
    const once = await draw({ ws, mask: half });
    expect((await draw({ ws, mask: other })).rgba).not.toEqual(once.rgba);
    expect((await draw({ ws: moved, mask: all })).rgba).toEqual(second.rgba);
    expect((await draw({ ws, mask: all }, 'none')).rgba).toEqual(
      (await generator.generate(ws, { noise: 'none' })).rgba,
    );
    expect((await draw({ ws, mask: half })).rgba).toEqual(once.rgba);
    expect((await generator.generate(moved)).rgba).toEqual(second.rgba);
  });
});

import { describe, expect, it } from 'vitest';
import { DragLoop } from '../../../src/drag/device/device_drag.ts';
import { maskedTiles } from '../../../src/drag/device/mask_tiles.ts';
import { objectiveShape } from '../../../src/drag/device/objective_shape.ts';
import type { DragOptions } from '../../../src/drag/options.ts';
import { DragSession } from '../../../src/drag/session.ts';
import { InputError } from '../../../src/formats/errors.ts';
import { tileSide } from '../../../src/models/draggable.ts';
import type { ConeShape } from '../../../src/models/stylegan2/device/cone.ts';
import { draggable } from '../../../src/models/stylegan2/device/draggable.ts';
import { trainedRows } from '../../../src/models/stylegan2/device/trained_rows.ts';
import { readDragFixture, testGenerator } from '../../support/drag_fixture.ts';
import { poison, watchArenas } from '../../support/poison.ts';
import {
  cellsOfPixels,
  expectedLists,
  key,
  makeLists,
  type SampledTile,
} from '../../twins/cone_lists.ts';
import { relativeDifference } from '../../twins/finite_differences.ts';

const fixture = readDragFixture('drag_tiny_mask_reg');
const { handles, targets, ws0, wDim } = fixture;
const mask = fixture.mask ?? new Uint8Array();
const points = handles.map((handle, j) => ({ handle, target: targets[j] }));
/** So much that the mask's gradient is most of it. */
const options: DragOptions = { ...fixture.options, lambda: 1000 };
const later = fixture.iterations[5];
const latter = { ws: later.ws, handles: fixture.iterations[4].points };

await watchArenas();

/** A loop at its beginning. */
async function begin(changes: Partial<DragOptions>): Promise<DragLoop> {
  const generator = await testGenerator(fixture.network);
  const loop = new DragLoop(draggable(generator));
  const changed = { ...options, ...changes };
  const counts = { points: points.length, masked: true };
  await loop.configure(objectiveShape(draggable(generator), changed, counts));
  loop.begin({ ws: ws0, handles }, ws0);
  loop.targets = targets;
  loop.mask = mask;
  loop.rates = changed;
  return loop;
}

/** One iteration from where the fixture is at its sixth. */
async function sixth(loop: DragLoop) {
  loop.place(latter);
  await poison();
  const [{ lossMask, lossMotion, gradient }] = await loop.run(1, true);
  return { lossMask, lossMotion, gradient: gradient ?? new Float32Array() };
}

describe('the tiles of a mask', () => {
  it('are those that have one of its pixels', () => {
    const small = new Uint8Array(64 * 64);
    // The pixels of cell c on a map of 32 are 2c + 1 and 2c + 2, the first and the last cell excepted.
    for (const [row, column] of [
      [8, 0],
      [9, 63],
      [63, 9],
    ])
      small[64 * row + column] = 1;
    const map = { height: 32, width: 32, imageHeight: 64, imageWidth: 64 };
    const candidates = maskedTiles(small, map);
    expect([...candidates.subarray(0, 5)]).toEqual([3, 0, 15, 57, 0]);
    expect(candidates).toHaveLength(65);
  });
});

describe('the cone of points and tiles', () => {
  const shape: ConeShape = {
    ...{ block: 32, height: 32, width: 32, imageHeight: 64, imageWidth: 64 },
    ...{ points: 2, tiles: 4, patchRadius: 2, trackingRadius: 3 },
  };
  const pixels = (reach: readonly [number, number]) => {
    const around = new Set<number>();
    for (const row of range(20 + reach[0], 20 + reach[1]))
      for (const column of range(40 + reach[0], 40 + reach[1])) around.add(key(row, column));
    return around;
  };
  const tiles: readonly SampledTile[] = [
    [0, 28, 7],
    [28, 0, 7],
    [12, 16, 8],
  ];
  const tileCells = tiles.flatMap(([row, column]) =>
    range(row, row + tileSide).flatMap((r) =>
      range(column, column + tileSide)
        .filter((c) => r < 32 && c < 32)
        .map((c) => key(r, c)),
    ),
  );

  it.each(['forward', 'backward'] as const)('has what both can read, %s', async (direction) => {
    const both = direction === 'forward' ? ([-6, 5] as const) : ([-2, 2] as const);
    const lists = await makeLists(
      shape,
      direction,
      [
        [20, 40],
        [20, 40],
      ],
      [0.5, 0.5],
      tiles,
    );
    const cells = new Set([...cellsOfPixels(pixels(both), shape), ...tileCells]);
    for (const [name, expected] of expectedLists(cells, shape)) {
      const {
        cells: listed,
        ring,
        capacity,
      } = lists.get(name) ?? { cells: [], ring: [], capacity: 0 };
      const wanted =
        name.endsWith('.t') && direction === 'forward'
          ? new Set(
              [...expected].map((cell) => key(Math.floor(cell / 131072), (cell % 65536) >> 1)),
            )
          : expected;
      expect(listed, name).toEqual([...wanted].sort((a, b) => a - b));
      expect(listed.length + ring.length, name).toBeLessThanOrEqual(capacity);
    }
  });
});

describe('the mask loss of sampled tiles', () => {
  it('has the gradient of the whole mask as its mean over seeds', async () => {
    const exact = await sixth(await begin({}));
    const loop = await begin({ maskSampling: 0.1 });
    const count = 200;
    const losses: number[] = [];
    const sums = new Float64Array(exact.gradient.length);
    const squares = new Float64Array(exact.gradient.length);
    for (let seed = 0; seed < count; seed++) {
      loop.rates = { ...options, seed };
      const { lossMask, gradient } = await sixth(loop);
      losses.push(lossMask);
      gradient.forEach((value, i) => {
        sums[i] += value;
        squares[i] += value ** 2;
      });
    }
    loop.destroy();
    // Over all elements: the squared distance of the mean, and the squared standard error that it should be like.
    let distance = 0;
    let expected = 0;
    let whole = 0;
    sums.forEach((sum, i) => {
      const mean = sum / count;
      distance += (mean - exact.gradient[i]) ** 2;
      expected += (squares[i] / count - mean ** 2) / (count - 1);
      whole += exact.gradient[i] ** 2;
    });
    expect(distance / expected).toBeLessThan(2.5);
    // Enough seeds for that to say something.
    expect(Math.sqrt(expected / whole)).toBeLessThan(0.06);
    const mean = losses.reduce((a, b) => a + b) / count;
    const variance = losses.reduce((a, b) => a + (b - mean) ** 2, 0) / (count - 1);
    expect(variance).toBeGreaterThan(0);
    expect(Math.abs(mean - exact.lossMask)).toBeLessThan(4 * Math.sqrt(variance / count));
  });

  it('is that of the whole mask where all tiles are sampled', async () => {
    const [exact, all] = [await begin({}), await begin({ maskSampling: 1 })];
    const [expected, actual] = [await sixth(exact), await sixth(all)];
    expect(actual.lossMotion).toBe(expected.lossMotion);
    expect(Math.abs(actual.lossMask / expected.lossMask - 1)).toBeLessThan(1e-5);
    expect(relativeDifference(actual.gradient, expected.gradient)).toBeLessThan(2e-5);
    expect(expected.gradient).toHaveLength(trainedRows * wDim);
    for (const loop of [exact, all]) loop.destroy();
  });

  it.each([0.02, 0.1, 0.5])('is the same in the cone and dense, %f of them', async (fraction) => {
    const cone = await begin({ maskSampling: fraction, coverage: 'cone' });
    const dense = await begin({ maskSampling: fraction, coverage: 'dense' });
    for (let i = 0; i < 3; i++) {
      const [actual, expected] = [await sixth(cone), await sixth(dense)];
      expect(Math.abs(actual.lossMask / expected.lossMask - 1)).toBeLessThan(1e-5);
      expect(relativeDifference(actual.gradient, expected.gradient)).toBeLessThan(2e-5);
    }
    for (const loop of [cone, dense]) loop.destroy();
  });
});

describe('a session that samples its mask', () => {
  const run = async (changes: Partial<DragOptions>, iterationsPerSubmit = 3) => {
    const pace = { iterationsPerSubmit };
    const generator = await testGenerator(fixture.network);
    const session = new DragSession(draggable(generator), ws0, { ...options, ...changes }, pace);
    session.setPoints(points);
    session.setMask(mask);
    const losses: number[] = [];
    session.on('iteration', ({ lossMask }) => losses.push(lossMask));
    await session.run({ steps: 8 });
    const ws = await session.latent();
    await session.destroy();
    return { ws, losses };
  };

  it('gives the same for a seed, whatever the batches, and something else for another', async () => {
    const first = await run({ maskSampling: 0.1, seed: 4 });
    expect(await run({ maskSampling: 0.1, seed: 4 }, 1)).toEqual(first);
    const other = await run({ maskSampling: 0.1, seed: 5 });
    expect(other.ws).not.toEqual(first.ws);
    expect(other.losses.slice(1)).not.toEqual(first.losses.slice(1));
    expect(first.losses[0]).toBe(0);
  });

  it('takes another fraction and another mask while it runs', async () => {
    const generator = await testGenerator(fixture.network);
    const session = new DragSession(draggable(generator), ws0, options);
    session.setPoints(points);
    session.setMask(mask);
    const losses: number[] = [];
    session.on('iteration', ({ lossMask }) => {
      losses.push(lossMask);
      if (losses.length === 3) session.setOptions({ maskSampling: 0.2, seed: 9 });
      if (losses.length === 40) session.setMask(new Uint8Array(mask.length));
    });
    await session.run({ steps: 90 });
    expect(session.iteration).toBe(90);
    expect(losses.slice(1, 40).every((loss) => loss > 0 && loss < Infinity)).toBe(true);
    expect(losses[89]).toBe(0);
    await session.destroy();
  });

  it('refuses a fraction or a seed that is none', async () => {
    const generator = await testGenerator(fixture.network);
    for (const wrong of [
      { maskSampling: -0.1 },
      { maskSampling: 1.1 },
      { maskSampling: Number.NaN },
      { seed: 0.5 },
      { seed: -1 },
      { seed: 2 ** 32 },
    ])
      expect(() => new DragSession(draggable(generator), ws0, wrong)).toThrow(InputError);
  });
});

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

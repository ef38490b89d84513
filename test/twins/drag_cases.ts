import type { OperationName } from '../../src/engine/operations/operations.ts';
import type { Case } from './cases.ts';
import type { Random } from './random.ts';
import { sample_tiles } from './sample_tiles.ts';
import { stop_rule } from './stop_rule.ts';
import { Tensor, type Tensors, tensor } from './twin.ts';

/** An image whose odd sides the cells do not divide; handles in corners and inside, one that has arrived. */
const image = { image_height: 17, image_width: 13 };
const map = { channels: 6, height: 6, width: 5, ...image };
const sizes = { points: 4, ...map, radius: 3 };
const last = { row: image.image_height - 1, column: image.image_width - 1 };

const points = (...coordinates: readonly (readonly number[])[]): Tensor =>
  new Tensor([coordinates.length, 2], Float64Array.from(coordinates.flat()));

const positions = points([0, 0], [last.row, last.column], [2, 11], [6, 3]);
const targets = points([last.row, 2], [7, last.column], [2, 11], [0, 0]);

/** The drag goes on and has made no step. */
const status = tensor([8], () => 0);

const featureMap = (random: Random): Tensor =>
  tensor([1, map.channels, map.height, map.width], () => random.normal());

const situation: Case = {
  sizes,
  params: { stop_distance: 2 },
  given: () => ({ positions, targets, status }),
};

/** Two far values, one channel above and one below: no difference of the two changes its sign within a small step. */
const farApart = (channel: number): number => 5 * (-1) ** channel;

/** Of a grid of 3×4 tiles, as many as there are words for; the drag has made some steps. */
const candidates = (...tiles: readonly number[]): Tensor =>
  tensor([13], (i) => [tiles.length, ...tiles][i] ?? 0);
const going = tensor([8], (word) => (word === 1 ? 17 : 0));
const stopped = tensor([8], (word) => (word === 0 ? 1 : 0));

const tileSizes = { tile_rows: 3, tile_columns: 4, most_candidates: 12 };

const sampledMap = {
  ...{ channels: 6, height: 10, width: 14, image_height: 21, image_width: 33 },
  ...{ tile_rows: 3, tile_columns: 4 },
};

/** Features whose differences keep their signs within a small step, and tiles as the sampling draws them. */
function tileInputs(random: Random, tiles: number, seed: number): Tensors {
  const features = tensor([1, 6, 10, 14], () => random.normal());
  const first_features = tensor(features.shape, (...index) => farApart(index[1]) + random.normal());
  const mask = tensor([21, 33], () => (random.uniform() < 0.6 ? 1 : 0));
  const numbers = { ...tileSizes, tiles, seed };
  const drawn = sample_tiles({ candidates: candidates(0, 1, 3, 4, 6, 7, 10), status }, numbers);
  return { features, first_features, mask, status, ...drawn };
}

const recordSizes = { points: 3, length: 300, leaf_words: 7, coordinate_words: 5, slots: 4 };
const recorded = (turn: number, leaves_copied: number, coordinates_copied: number): Case => {
  const words = 6 * 3 + 8 + 300 + leaves_copied + coordinates_copied;
  return {
    sizes: { ...recordSizes, words },
    params: { leaves_copied, coordinates_copied },
    given: (random) => ({
      turn: tensor([1], () => turn),
      records: tensor([4, words], () => random.normal()),
    }),
  };
};

/** Where the drag stands is part of what these operations depend on; drag_kernels.test.ts tries more of it. */
export const dragCases = {
  // The second comes after the last slot.
  record: [recorded(2, 0, 0), recorded(5, 7, 5)],
  remember: [situation],
  point_tracking: [situation],
  stop_rule: [situation],
  motion_supervision: [
    {
      ...situation,
      given: (random: Random): Tensors => {
        const features = featureMap(random);
        const { shifts } = stop_rule({ positions, targets }, { ...sizes, stop_distance: 2 });
        return { features, detached: features, positions, shifts, status };
      },
      // A patch meets itself, shifted by one pixel.
      withoutDifferences: () => true,
    },
    {
      // Shifted from the first two columns of cells into the others, so that the patches do not meet themselves.
      sizes: { ...sizes, points: 2 },
      given: (random: Random): Tensors => {
        const noise = featureMap(random);
        const features = tensor(noise.shape, (n, c, row, column) =>
          column < 2 ? noise.at(n, c, row, column) : noise.at(n, c, row, column) + farApart(c),
        );
        const shifts = new Tensor([2, 4], Float64Array.of(0.3, 7.4, 0.1, 7.4, -4.6, 7.5, 0.2, 8.8));
        return { features, detached: features, positions: points([2, 1], [9, 0]), shifts, status };
      },
      withoutDifferences: (_n, _c, _row, column) => column < 2,
    },
  ],
  mask_loss: [
    {
      sizes: map,
      params: { lambda: 20 },
      given: (random: Random): Tensors => ({
        mask: tensor([image.image_height, image.image_width], () =>
          random.uniform() < 0.6 ? 1 : 0,
        ),
        status,
      }),
      // Too many kinks for the steps that f32 allows.
      withoutDifferences: () => true,
    },
    {
      sizes: map,
      params: { lambda: 20 },
      given: (random: Random): Tensors => {
        const features = featureMap(random);
        const first_features = tensor(
          features.shape,
          (...index) => farApart(index[1]) + random.normal(),
        );
        const mask = tensor([image.image_height, image.image_width], () =>
          random.uniform() < 0.6 ? 1 : 0,
        );
        return { features, first_features, mask, status };
      },
    },
  ],
  sample_tiles: [
    {
      sizes: { ...tileSizes, tiles: 3 },
      params: { seed: 4294967295 },
      given: () => ({ candidates: candidates(0, 1, 3, 4, 6, 7, 10), status: going }),
    },
    {
      sizes: { ...tileSizes, tiles: 5 },
      params: { seed: 0 },
      given: () => ({ candidates: candidates(2, 3, 11), status: going }),
    },
    {
      sizes: { ...tileSizes, tiles: 2 },
      params: { seed: 1 },
      given: () => ({ candidates: candidates(2, 3, 11), status: stopped }),
    },
  ],
  mask_loss_sampled: [
    {
      sizes: { ...sampledMap, tiles: 3 },
      params: { lambda: 20 },
      given: (random: Random) => tileInputs(random, 3, 5),
    },
    // All of them, and two that are not there.
    {
      sizes: { ...sampledMap, tiles: 9 },
      params: { lambda: 3 },
      given: (random: Random) => tileInputs(random, 9, 1),
    },
  ],
  latent_regularization: [
    {
      sizes: { length: 67, values: 670 },
      params: { regularization: 0.5 },
      given: () => ({ status }),
    },
  ],
  adam: [
    {
      sizes: { rows: 6, length: 67 },
      params: { learning_rate: 0.02, iteration: 1 },
      given: (random: Random): Tensors => ({
        w: tensor([6, 67], () => random.normal()),
        first_moment: tensor([6, 67], () => random.normal()),
        second_moment: tensor([6, 67], () => random.normal() ** 2),
        status,
      }),
    },
  ],
  // Fewer values than a workgroup's invocations, and more.
  adam_together: [5, 131].map((length) => ({
    sizes: { length },
    params: { learning_rate: 0.02, iteration: 1 },
    given: (random: Random): Tensors => ({
      w: tensor([length], () => random.normal()),
      first_moment: tensor([length], () => random.normal()),
      second_moment: tensor([1], () => random.normal() ** 2),
      status,
    }),
  })),
} satisfies Partial<Record<OperationName, readonly Case[]>>;

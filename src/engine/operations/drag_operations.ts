import {
  type Count,
  groups,
  makes,
  makesOver,
  map,
  none,
  one,
  plain,
  quads,
  vector,
} from './grids.ts';
import type { Operation } from './operation.ts';

/** Side, in pixels, of the square that holds a patch of motion supervision. */
const box = '2*radius';
const boxPixels: Count = (s) => (2 * s.radius) ** 2;
/** Number of pixels in a window of point tracking. */
const windowPixels: Count = (s) => (2 * s.radius + 1) ** 2;
/** Number of pixels in the image. */
const imagePixels: Count = (s) => s.image_height * s.image_width;
/** Number of pixels in the sampled tiles, on average. */
const tilePixels: Count = (s) => (s.tiles * imagePixels(s)) / (s.tile_rows * s.tile_columns);
/** Flops for one value of a bilinearly resized map: four products and their sum. */
const resizeFlops = 8;

const features = map('1', 'channels', 'height', 'width');
const status = plain('8');
const positions = plain('points', '2');
const shifts = plain('points', '4');
const links = plain('lists', '5');
const sampledTiles = plain('tiles', '4');
const tileWeights = plain('tile_rows', 'tile_columns');
const mask = plain('image_height', 'image_width');
/** At least one tile, since a binding cannot be empty: where none is sampled, the cone does not read it. */
const boundTiles = plain('bound_tiles', '4');

/** Operations of the drag loop: the cells that an iteration covers, tracking, the stop rule, losses. */
export const dragOperations = {
  forward_cone: {
    shader: 'forward_cone',
    tensors: { positions, status, links, sampled_tiles: boundTiles, cell_lists: plain('words') },
    outputs: ['cell_lists'],
    forward: { forward: makes('cell_lists', (s) => s.lists, none) },
    backward: {},
  },
  backward_cone: {
    shader: 'backward_cone',
    tensors: { positions, shifts, links, sampled_tiles: boundTiles, cell_lists: plain('words') },
    outputs: ['cell_lists'],
    forward: { forward: makes('cell_lists', (s) => s.lists, none) },
    backward: {},
  },
  remember: {
    shader: 'remember',
    tensors: { features, positions, references: vector('points', 'channels') },
    outputs: ['references'],
    forward: {
      forward: makes(
        'references',
        (s) => s.points,
        (s) => resizeFlops * s.points * s.channels,
      ),
    },
    backward: {},
  },
  point_tracking: {
    shader: 'point_tracking',
    tensors: {
      features,
      references: vector('points', 'channels'),
      distances: plain('points', '2*radius+1', '2*radius+1'),
      positions,
      status,
    },
    outputs: ['distances', 'positions'],
    forward: {
      measure: makes(
        'distances',
        (s) => s.points * windowPixels(s),
        (s) => (resizeFlops + 3) * s.points * windowPixels(s) * s.channels,
      ),
      nearest: makes(
        'positions',
        (s) => s.points,
        (s) => s.points * windowPixels(s),
      ),
    },
    backward: {},
  },
  stop_rule: {
    shader: 'stop_rule',
    tensors: { positions, targets: plain('points', '2'), shifts, status },
    outputs: ['shifts', 'status'],
    forward: {
      forward: makes('shifts status', one, (s) => s.points * (10 + 6 * boxPixels(s))),
    },
    backward: {},
  },
  motion_supervision: {
    shader: 'motion_supervision',
    tensors: {
      features,
      positions,
      shifts,
      signs: map('points', 'channels', box, box),
      losses: plain('points', box, box),
      status,
    },
    outputs: ['signs', 'losses', 'status'],
    loss: true,
    forward: {
      forward: makes(
        'signs losses',
        (s) => s.points * boxPixels(s),
        (s) => (5 * resizeFlops + 4) * s.points * boxPixels(s) * s.channels,
      ),
      total: makes('status', one, (s) => s.points * boxPixels(s)),
    },
    backward: {
      // A pixel reads up to 3×3 cells.
      backward: makesOver(
        'features',
        'd_features',
        (s) => groups(s.listed * quads(s.channels)),
        (s) => 2 * 9 * s.points * boxPixels(s) * s.channels,
      ),
    },
  },
  mask_loss: {
    shader: 'mask_loss',
    tensors: {
      features,
      first_features: features,
      mask,
      losses: plain('height', '8'),
      status,
    },
    outputs: ['losses', 'status'],
    loss: true,
    forward: {
      forward: makes(
        'losses',
        (s) => 8 * s.height,
        (s) => 5 * imagePixels(s) * s.channels,
      ),
      total: makes('status', one, (s) => 8 * s.height),
    },
    backward: {
      // A pixel lies between four cells.
      backward: makesOver(
        'features',
        'd_features',
        (s) => groups(s.listed * quads(s.channels)),
        (s) => 4 * 6 * imagePixels(s) * s.channels,
      ),
    },
  },
  record: {
    shader: 'record',
    tensors: {
      positions,
      shifts,
      status,
      w: plain('length'),
      leaves: plain('leaf_words'),
      coordinates: plain('coordinate_words'),
      turn: plain('1'),
      records: plain('slots', 'words'),
    },
    outputs: ['turn', 'records'],
    forward: { forward: makes('turn records', one, none) },
    backward: {},
  },
  sample_tiles: {
    shader: 'sample_tiles',
    tensors: {
      candidates: plain('most_candidates+1'),
      status,
      sampled_tiles: sampledTiles,
      tile_weights: tileWeights,
    },
    outputs: ['sampled_tiles', 'tile_weights'],
    forward: { forward: makes('sampled_tiles tile_weights', one, none) },
    backward: {},
  },
  mask_loss_sampled: {
    shader: 'mask_loss_sampled',
    tensors: {
      features,
      first_features: features,
      mask,
      sampled_tiles: sampledTiles,
      tile_weights: tileWeights,
      losses: plain('tiles'),
      status,
    },
    outputs: ['losses', 'status'],
    loss: true,
    forward: {
      forward: makes(
        'losses',
        (s) => s.tiles,
        (s) => resizeFlops * tilePixels(s) * s.channels,
      ),
      total: makes('status', one, (s) => s.tiles),
    },
    backward: {
      // A pixel lies between four cells.
      backward: makesOver(
        'features',
        'd_features',
        (s) => groups(s.listed * quads(s.channels)),
        (s) => 4 * resizeFlops * tilePixels(s) * s.channels,
      ),
    },
  },
} satisfies Record<string, Operation>;

import { paddedChannels } from './layouts.ts';
import type { EntryPoint, Operation, Sizes, TensorSpec } from './operation.ts';

type Count = (sizes: Sizes) => number;

const map = (...axes: string[]): TensorSpec => ({ layout: 'map', axes });
const vector = (...axes: string[]): TensorSpec => ({ layout: 'vector', axes });
const plain = (...axes: string[]): TensorSpec => ({ layout: 'plain', axes });
const convolution = (...axes: string[]): TensorSpec => ({ layout: 'convolution', axes });

/** An entry point that makes tensors, for all cells of maps as far as its own grid goes. */
const makes = (writes: string, workgroups: Count, flops: Count): EntryPoint => ({
  writes: writes.split(' '),
  workgroups,
  flops,
});
/** An entry point that goes over a list of cells of the map `over`. */
const makesOver = (over: string, writes: string, workgroups: Count, flops: Count): EntryPoint => ({
  over,
  ...makes(writes, workgroups, flops),
});

/** Invocations of a workgroup in every kernel that counts invocations. */
const width = 64;
const groups = (invocations: number): number => Math.ceil(invocations / width);
const quads = (channels: number): number => paddedChannels(channels) / 4;
const one: Count = () => 1;
const none: Count = () => 0;

/** One invocation for four pixels of a row and four channels of a whole map. */
const strips =
  (channels: string): Count =>
  (s) =>
    groups(s.samples * s.height * Math.ceil(s.width / 4) * quads(s[channels]));
/** Products of a convolution with `taps` taps a pixel, as `strips` dispatches them, in flops. */
const stripProducts: Count = (s) =>
  2 * 9 * s.samples * s.height * 4 * Math.ceil(s.width / 4) * s.inputs * s.outputs;

/** One invocation for so many cells of the list and four channels. */
const cells =
  (channels: string, perInvocation = 1): Count =>
  (s) =>
    groups(s.samples * Math.ceil(s.listed / perInvocation) * quads(s[channels]));
/** One invocation for one of the four parities of four blocks, and four channels. */
const parities =
  (channels: string): Count =>
  (s) =>
    groups(4 * s.samples * Math.ceil(s.listed / 4) * quads(s[channels]));
/** Products with `taps` taps a cell of the list, in flops; cells come in groups. */
const cellProducts =
  (taps: number, perInvocation = 1): Count =>
  (s) =>
    2 *
    taps *
    s.samples *
    Math.ceil(s.listed / perInvocation) *
    perInvocation *
    s.inputs *
    s.outputs;
const perCell =
  (channels: string, flops: number): Count =>
  (s) =>
    flops * (s.samples ?? 1) * s.listed * s[channels];
/** One invocation for a split of four cells (or of a parity of four blocks, so one a block) and four channels. */
const split =
  (channels: string, perInvocation: 1 | 4): Count =>
  (s) =>
    groups(
      s.splits * (4 / perInvocation) * s.samples * Math.ceil(s.listed / 4) * quads(s[channels]),
    );
const sumOfParts =
  (channels: string): Count =>
  (s) =>
    s.splits * s.samples * s.listed * s[channels];
/** One workgroup for four channels of a sample: a sum over all cells of the list. */
const channelSums =
  (channels: string): Count =>
  (s) =>
    s.samples * quads(s[channels]);

/** What both modulated convolutions share: their tensors, and the gradients of the modulation. */
const modulated = (output: string, height: string, widthOfOutput: string) => ({
  x: map('samples', 'inputs', 'height', 'width'),
  styles: vector('samples', 'inputs'),
  weight: convolution('outputs', 'inputs', '3', '3'),
  [output]: map('samples', 'outputs', height, widthOfOutput),
  d_modulated: map('samples', 'inputs', 'height', 'width'),
});
const modulation = {
  backward_styles: makesOver('x', 'd_styles', channelSums('inputs'), perCell('inputs', 2)),
  backward_x: makesOver('x', 'd_x', cells('inputs'), perCell('inputs', 2)),
};

/** Pixels on a side of the square that holds a patch of motion supervision. */
const box = '2*radius';
const boxPixels: Count = (s) => (2 * s.radius) ** 2;
/** Pixels of a window of point tracking. */
const windowPixels: Count = (s) => (2 * s.radius + 1) ** 2;
/** One value of a bilinearly resized map: four products and their sum. */
const resizeFlops = 8;

const latents =
  (flops: number): Count =>
  (s) =>
    flops * s.rows * s.samples * s.length;
const features = map('1', 'channels', 'cells', 'cells');
const status = plain('8');
const positions = plain('points', '2');
const shifts = plain('points', '4');
const links = plain('lists', '4');
const sampledTiles = plain('tiles', '4');
/** Where no tile is sampled, the cone binds one that it does not read. */
const boundTiles = plain('bound_tiles', '4');

/** THE table: plan, tests, tuner, profiler and documentation iterate over it. */
export const operations = {
  normalize: {
    shader: 'normalize',
    tensors: { x: vector('samples', 'channels'), y: vector('samples', 'total') },
    outputs: ['y'],
    forward: {
      forward: makes(
        'y',
        (s) => s.samples,
        (s) => 4 * s.samples * s.channels,
      ),
    },
    backward: {
      backward: makes(
        'd_x',
        (s) => s.samples,
        (s) => 9 * s.samples * s.channels,
      ),
    },
  },
  fully_connected: {
    shader: 'fully_connected',
    tensors: {
      x: vector('samples', 'inputs'),
      weight: plain('outputs', 'inputs'),
      bias: vector('outputs'),
      y: vector('samples', 'outputs'),
    },
    outputs: ['y'],
    forward: {
      forward: makes(
        'y',
        (s) => s.samples * paddedChannels(s.outputs),
        (s) => 2 * s.samples * s.outputs * s.inputs,
      ),
    },
    backward: {
      backward: makes(
        'd_x',
        (s) => s.samples * groups(s.inputs),
        (s) => 4 * s.samples * s.outputs * s.inputs,
      ),
    },
  },
  truncate: {
    shader: 'truncate',
    tensors: {
      w: vector('samples', 'length'),
      average: vector('length'),
      ws: vector('rows', 'samples', 'length'),
    },
    outputs: ['ws'],
    forward: { forward: makes('ws', (s) => groups(s.rows * s.samples * s.length), latents(2)) },
    backward: { backward: makes('d_w', (s) => groups(s.samples * s.length), latents(2)) },
  },
  demodulate: {
    shader: 'demodulate',
    tensors: {
      energy: plain('outputs', 'inputs'),
      styles: vector('samples', 'inputs'),
      demodulation: vector('samples', 'outputs'),
    },
    outputs: ['demodulation'],
    forward: {
      forward: makes(
        'demodulation',
        (s) => s.samples * paddedChannels(s.outputs),
        (s) => 3 * s.samples * s.outputs * s.inputs,
      ),
    },
    backward: {
      backward: makes(
        'd_styles',
        (s) => s.samples * paddedChannels(s.inputs),
        (s) => 5 * s.samples * s.outputs * s.inputs,
      ),
    },
  },
  conv3x3: {
    shader: 'conv3x3',
    tensors: modulated('u', 'height', 'width'),
    outputs: ['u'],
    forward: { forward: makes('u', strips('outputs'), stripProducts) },
    backward: {
      backward: makes('d_modulated', strips('inputs'), stripProducts),
      ...modulation,
    },
  },
  conv3x3_cells: {
    shader: 'conv3x3_cells',
    tensors: modulated('u', 'height', 'width'),
    outputs: ['u'],
    forward: { forward: makesOver('u', 'u', cells('outputs', 4), cellProducts(9, 4)) },
    backward: {
      backward: makesOver('x', 'd_modulated', cells('inputs', 4), cellProducts(9, 4)),
      ...modulation,
    },
  },
  conv3x3_up: {
    shader: 'conv3x3_up',
    tensors: modulated('t', '2*height+1', '2*width+1'),
    outputs: ['t'],
    forward: {
      // Strips of 2×4 pixels of t take nine products for each 2×2.
      forward: makes(
        't',
        (s) =>
          groups(s.samples * (s.height + 1) * Math.ceil((2 * s.width + 1) / 4) * quads(s.outputs)),
        (s) =>
          2 *
          9 *
          s.samples *
          (s.height + 1) *
          2 *
          Math.ceil((2 * s.width + 1) / 4) *
          s.inputs *
          s.outputs,
      ),
    },
    backward: {
      backward: makes('d_modulated', strips('inputs'), stripProducts),
      ...modulation,
    },
  },
  conv3x3_up_cells: {
    shader: 'conv3x3_up_cells',
    tensors: {
      ...modulated('t', '2*height+1', '2*width+1'),
      // What the list of t names: blocks of 2×2 pixels. No such tensor is ever made.
      blocks: map('1', '1', 'height+1', 'width+1'),
    },
    outputs: ['t'],
    forward: { forward: makesOver('blocks', 't', parities('outputs'), cellProducts(9, 4)) },
    backward: {
      backward: makesOver('x', 'd_modulated', cells('inputs', 4), cellProducts(9, 4)),
      ...modulation,
    },
  },
  conv3x3_split_k: {
    shader: 'conv3x3_split_k',
    tensors: {
      ...modulated('u', 'height', 'width'),
      parts: map('splits', 'outputs', 'samples', 'listed'),
      d_parts: map('splits', 'inputs', 'samples', 'listed'),
    },
    outputs: ['u'],
    forward: {
      forward_parts: makesOver('u', 'parts', split('outputs', 4), cellProducts(9, 4)),
      forward: makesOver('u', 'u', cells('outputs'), sumOfParts('outputs')),
    },
    backward: {
      backward_parts: makesOver('x', 'd_parts', split('inputs', 4), cellProducts(9, 4)),
      backward: makesOver('x', 'd_modulated', cells('inputs'), sumOfParts('inputs')),
      ...modulation,
    },
  },
  conv3x3_up_split_k: {
    shader: 'conv3x3_up_split_k',
    tensors: {
      ...modulated('t', '2*height+1', '2*width+1'),
      blocks: map('1', '1', 'height+1', 'width+1'),
      parts: map('4*splits', 'outputs', 'samples', 'listed'),
      d_parts: map('splits', 'inputs', 'samples', 'listed'),
    },
    outputs: ['t'],
    forward: {
      forward_parts: makesOver('blocks', 'parts', split('outputs', 1), cellProducts(9, 4)),
      forward: makesOver('blocks', 't', cells('outputs', 1 / 4), sumOfParts('outputs')),
    },
    backward: {
      backward_parts: makesOver('x', 'd_parts', split('inputs', 4), cellProducts(9, 4)),
      backward: makesOver('x', 'd_modulated', cells('inputs'), sumOfParts('inputs')),
      ...modulation,
    },
  },
  fir: {
    shader: 'fir',
    tensors: {
      t: map('samples', 'channels', 'height+1', 'width+1'),
      u: map('samples', 'total', 'height', 'width'),
    },
    outputs: ['u'],
    forward: { forward: makesOver('u', 'u', cells('channels'), perCell('channels', 40)) },
    backward: {
      backward: {
        ...makesOver('t', 'd_t', cells('channels'), perCell('channels', 40)),
        ring: true,
      },
    },
  },
  bias_act: {
    shader: 'bias_act',
    tensors: {
      u: map('samples', 'channels', 'height', 'width'),
      demodulation: vector('samples', 'channels'),
      noise: plain('height', 'width'),
      bias: vector('channels'),
      y: map('samples', 'channels', 'height', 'width'),
    },
    outputs: ['y'],
    forward: { forward: makesOver('y', 'y', cells('channels'), perCell('channels', 7)) },
    backward: {
      backward: {
        ...makesOver('u', 'd_u', cells('channels'), perCell('channels', 4)),
        ring: true,
      },
      backward_demodulation: makesOver(
        'u',
        'd_demodulation',
        channelSums('channels'),
        perCell('channels', 5),
      ),
    },
  },
  to_rgb: {
    shader: 'to_rgb',
    tensors: {
      x: map('samples', 'inputs', 'height', 'width'),
      styles: vector('samples', 'inputs'),
      weight: convolution('outputs', 'inputs', '1', '1'),
      bias: vector('outputs'),
      rgb: map('samples', 'outputs', 'height', 'width'),
    },
    outputs: ['rgb'],
    forward: {
      forward: makesOver('rgb', 'rgb', (s) => groups(s.samples * s.listed), cellProducts(1)),
    },
    backward: {
      backward_styles: makesOver('x', 'd_styles', channelSums('inputs'), cellProducts(1)),
      backward_x: makesOver('x', 'd_x', cells('inputs'), cellProducts(1)),
    },
  },
  upsample: {
    shader: 'upsample',
    tensors: {
      previous: map('samples', 'channels', 'height/2', 'width/2'),
      rgb: map('samples', 'channels', 'height', 'width'),
      image: map('samples', 'channels', 'height', 'width'),
    },
    outputs: ['image'],
    forward: { forward: makesOver('image', 'image', cells('channels'), perCell('channels', 14)) },
    backward: {
      backward_previous: makesOver(
        'previous',
        'd_previous',
        cells('channels'),
        perCell('channels', 40),
      ),
      backward_rgb: makesOver('rgb', 'd_rgb', cells('channels'), perCell('channels', 1)),
    },
  },
  broadcast_latent: {
    shader: 'broadcast_latent',
    tensors: { w: vector('length'), ws: vector('length') },
    outputs: ['ws'],
    forward: {
      forward: makes(
        'ws',
        (s) => groups(s.length),
        () => 0,
      ),
    },
    backward: {
      backward: makes(
        'd_w',
        (s) => groups(s.length),
        (s) => s.length,
      ),
    },
  },
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
      mask: plain('side', 'side'),
      losses: plain('cells', '8'),
      status,
    },
    outputs: ['losses', 'status'],
    loss: true,
    forward: {
      forward: makes(
        'losses',
        (s) => 8 * s.cells,
        (s) => 5 * s.side * s.side * s.channels,
      ),
      total: makes('status', one, (s) => 8 * s.cells),
    },
    backward: {
      // A pixel lies between four cells.
      backward: makesOver(
        'features',
        'd_features',
        (s) => groups(s.listed * quads(s.channels)),
        (s) => 4 * 6 * s.side * s.side * s.channels,
      ),
    },
  },
  sample_tiles: {
    shader: 'sample_tiles',
    tensors: {
      candidates: plain('most_candidates+1'),
      status,
      sampled_tiles: sampledTiles,
      tile_weights: plain('grid', 'grid'),
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
      mask: plain('side', 'side'),
      sampled_tiles: sampledTiles,
      tile_weights: plain('grid', 'grid'),
      losses: plain('tiles'),
      status,
    },
    outputs: ['losses', 'status'],
    loss: true,
    forward: {
      // A tile has this part of the image's pixels.
      forward: makes(
        'losses',
        (s) => s.tiles,
        (s) => (resizeFlops * s.tiles * s.side * s.side * s.channels) / (s.grid * s.grid),
      ),
      total: makes('status', one, (s) => s.tiles),
    },
    backward: {
      // A pixel lies between four cells.
      backward: makesOver(
        'features',
        'd_features',
        (s) => groups(s.listed * quads(s.channels)),
        (s) => (4 * resizeFlops * s.tiles * s.side * s.side * s.channels) / (s.grid * s.grid),
      ),
    },
  },
  latent_regularization: {
    shader: 'latent_regularization',
    tensors: { ws: vector('length'), initial_ws: vector('length'), status },
    outputs: [],
    loss: true,
    forward: {},
    backward: {
      backward: makes(
        'd_ws',
        (s) => groups(s.length),
        (s) => 3 * s.length,
      ),
    },
  },
  adam: {
    shader: 'adam',
    tensors: {
      w: vector('rows', 'length'),
      d_w: vector('rows', 'length'),
      first_moment: vector('rows', 'length'),
      second_moment: vector('rows', 'length'),
      status,
    },
    outputs: ['w', 'first_moment', 'second_moment', 'status'],
    forward: {
      count: makes('status', one, () => 6),
      forward: makes(
        'w first_moment second_moment',
        (s) => groups(s.rows * s.length),
        (s) => 12 * s.rows * s.length,
      ),
    },
    backward: {},
  },
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;

/** The table as one type, for code that iterates over it. */
export const operationTable: Readonly<Record<OperationName, Operation>> = operations;

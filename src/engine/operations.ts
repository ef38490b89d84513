import { deviceLength, type Layout, paddedChannels } from './layouts.ts';

/** The sizes of a call, by the words that shaders and tensors use: `samples`, `inputs`, `height`, … */
export type Sizes = Readonly<Record<string, number>>;

/** A tensor of an operation: its layout, and its logical axes as sizes (`height`, `2*height+1`, `3`). */
export interface TensorSpec {
  readonly layout: Layout;
  readonly axes: readonly string[];
}

/** One entry point of a shader. */
export interface EntryPoint {
  /** The tensors that it stores; all others that it binds are read. */
  readonly writes: readonly string[];
  /** The map whose tiles it covers; its grid then gets `tiles`, the number of tiles in the list. */
  readonly over?: string;
  /** Workgroups, in one dimension. */
  readonly workgroups: (sizes: Sizes) => number;
  /** Floating-point operations (a multiply-add is two), as dispatched. */
  readonly flops: (sizes: Sizes) => number;
}

/** A row of the table: everything about one operation. Bindings and parameters are read off its shader. */
export interface Operation {
  readonly shader: string;
  readonly tensors: Readonly<Record<string, TensorSpec>>;
  /** Tensors that its forward entry points produce; the others come in. */
  readonly outputs: readonly string[];
  /** A scalar loss: its backward pass starts from nothing. */
  readonly loss?: true;
  readonly forward: Readonly<Record<string, EntryPoint>>;
  readonly backward: Readonly<Record<string, EntryPoint>>;
}

const map = (...axes: string[]): TensorSpec => ({ layout: 'map', axes });
const vector = (...axes: string[]): TensorSpec => ({ layout: 'vector', axes });
const plain = (...axes: string[]): TensorSpec => ({ layout: 'plain', axes });
const convolution = (...axes: string[]): TensorSpec => ({ layout: 'convolution', axes });

/** Invocations of a workgroup in every kernel that counts invocations. */
const width = 64;
const groups = (invocations: number): number => Math.ceil(invocations / width);
const quads = (channels: number): number => paddedChannels(channels) / 4;

/** A tile is a square of this many pixels a side. */
export const tileSide = 4;
const tilePixels = tileSide * tileSide;

/** One invocation a row of a tile (four pixels) and four channels. */
const strips = (channels: string) => (s: Sizes) =>
  groups(s.samples * s.tiles * tileSide * quads(s[channels]));
/** One invocation a pixel and four channels. */
const pixels = (channels: string) => (s: Sizes) =>
  groups(s.samples * s.tiles * tilePixels * quads(s[channels]));
/** One workgroup for four channels of a sample: a sum over all pixels. */
const channelSums = (channels: string) => (s: Sizes) => s.samples * quads(s[channels]);

/** Multiply-adds of `taps` matrix products a pixel of every tile, in flops. */
const products = (taps: number) => (s: Sizes) =>
  2 * taps * s.samples * s.tiles * tilePixels * s.inputs * s.outputs;
const perPixel = (channels: string, flops: number) => (s: Sizes) =>
  flops * s.samples * s.tiles * tilePixels * s[channels];

/** Pixels on a side of the square that holds a patch of motion supervision. */
const box = '2*radius';
const boxPixels = (s: Sizes): number => (2 * s.radius) ** 2;
/** Pixels of a window of point tracking. */
const windowPixels = (s: Sizes): number => (2 * s.radius + 1) ** 2;
/** One value of a bilinearly resized map: four products and their sum. */
const resizeFlops = 8;

/** THE table: plan, tests, tuner, profiler and documentation iterate over it. */
export const operations = {
  normalize: {
    shader: 'normalize',
    tensors: { x: vector('samples', 'channels'), y: vector('samples', 'total') },
    outputs: ['y'],
    forward: {
      forward: {
        writes: ['y'],
        workgroups: (s) => s.samples,
        flops: (s) => 4 * s.samples * s.channels,
      },
    },
    backward: {
      backward: {
        writes: ['d_x'],
        workgroups: (s) => s.samples,
        flops: (s) => 9 * s.samples * s.channels,
      },
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
      forward: {
        writes: ['y'],
        workgroups: (s) => s.samples * paddedChannels(s.outputs),
        flops: (s) => 2 * s.samples * s.outputs * s.inputs,
      },
    },
    backward: {
      backward: {
        writes: ['d_x'],
        workgroups: (s) => s.samples * groups(s.inputs),
        flops: (s) => 4 * s.samples * s.outputs * s.inputs,
      },
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
    forward: {
      forward: {
        writes: ['ws'],
        workgroups: (s) => groups(s.rows * s.samples * s.length),
        flops: (s) => 2 * s.rows * s.samples * s.length,
      },
    },
    backward: {
      backward: {
        writes: ['d_w'],
        workgroups: (s) => groups(s.samples * s.length),
        flops: (s) => 2 * s.rows * s.samples * s.length,
      },
    },
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
      forward: {
        writes: ['demodulation'],
        workgroups: (s) => s.samples * paddedChannels(s.outputs),
        flops: (s) => 3 * s.samples * s.outputs * s.inputs,
      },
    },
    backward: {
      backward: {
        writes: ['d_styles'],
        workgroups: (s) => s.samples * paddedChannels(s.inputs),
        flops: (s) => 5 * s.samples * s.outputs * s.inputs,
      },
    },
  },
  conv3x3: {
    shader: 'conv3x3',
    tensors: {
      x: map('samples', 'inputs', 'height', 'width'),
      styles: vector('samples', 'inputs'),
      weight: convolution('outputs', 'inputs', '3', '3'),
      u: map('samples', 'outputs', 'height', 'width'),
      d_modulated: map('samples', 'inputs', 'height', 'width'),
    },
    outputs: ['u'],
    forward: {
      forward: { writes: ['u'], over: 'u', workgroups: strips('outputs'), flops: products(9) },
    },
    backward: {
      backward: {
        writes: ['d_modulated'],
        over: 'x',
        workgroups: strips('inputs'),
        flops: products(9),
      },
      backward_styles: {
        writes: ['d_styles'],
        over: 'x',
        workgroups: channelSums('inputs'),
        flops: perPixel('inputs', 2),
      },
      backward_x: {
        writes: ['d_x'],
        over: 'x',
        workgroups: pixels('inputs'),
        flops: perPixel('inputs', 2),
      },
    },
  },
  conv3x3_up: {
    shader: 'conv3x3_up',
    tensors: {
      x: map('samples', 'inputs', 'height', 'width'),
      styles: vector('samples', 'inputs'),
      weight: convolution('outputs', 'inputs', '3', '3'),
      t: map('samples', 'outputs', '2*height+1', '2*width+1'),
      d_modulated: map('samples', 'inputs', 'height', 'width'),
    },
    outputs: ['t'],
    forward: {
      // A tile of t gets its four parities from 2×2 cells; 9 products for 4 pixels of t.
      forward: {
        writes: ['t'],
        over: 't',
        workgroups: (s) => groups(s.samples * s.tiles * 2 * quads(s.outputs)),
        flops: products(9 / 4),
      },
    },
    backward: {
      backward: {
        writes: ['d_modulated'],
        over: 'x',
        workgroups: strips('inputs'),
        flops: products(9),
      },
      backward_styles: {
        writes: ['d_styles'],
        over: 'x',
        workgroups: channelSums('inputs'),
        flops: perPixel('inputs', 2),
      },
      backward_x: {
        writes: ['d_x'],
        over: 'x',
        workgroups: pixels('inputs'),
        flops: perPixel('inputs', 2),
      },
    },
  },
  fir: {
    shader: 'fir',
    tensors: {
      t: map('samples', 'channels', 'height+1', 'width+1'),
      u: map('samples', 'total', 'height', 'width'),
    },
    outputs: ['u'],
    forward: {
      forward: {
        writes: ['u'],
        over: 'u',
        workgroups: pixels('channels'),
        flops: perPixel('channels', 40),
      },
    },
    backward: {
      backward: {
        writes: ['d_t'],
        over: 't',
        workgroups: pixels('channels'),
        flops: perPixel('channels', 40),
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
    forward: {
      forward: {
        writes: ['y'],
        over: 'y',
        workgroups: pixels('channels'),
        flops: perPixel('channels', 7),
      },
    },
    backward: {
      backward: {
        writes: ['d_u'],
        over: 'u',
        workgroups: pixels('channels'),
        flops: perPixel('channels', 4),
      },
      backward_demodulation: {
        writes: ['d_demodulation'],
        over: 'u',
        workgroups: channelSums('channels'),
        flops: perPixel('channels', 5),
      },
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
      forward: {
        writes: ['rgb'],
        over: 'rgb',
        workgroups: (s) => groups(s.samples * s.tiles * tilePixels),
        flops: products(1),
      },
    },
    backward: {
      backward_styles: {
        writes: ['d_styles'],
        over: 'x',
        workgroups: channelSums('inputs'),
        flops: products(1),
      },
      backward_x: { writes: ['d_x'], over: 'x', workgroups: pixels('inputs'), flops: products(1) },
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
    forward: {
      forward: {
        writes: ['image'],
        over: 'image',
        workgroups: pixels('channels'),
        flops: perPixel('channels', 14),
      },
    },
    backward: {
      backward_previous: {
        writes: ['d_previous'],
        over: 'previous',
        workgroups: pixels('channels'),
        flops: perPixel('channels', 40),
      },
      backward_rgb: {
        writes: ['d_rgb'],
        over: 'rgb',
        workgroups: pixels('channels'),
        flops: perPixel('channels', 1),
      },
    },
  },
  broadcast_latent: {
    shader: 'broadcast_latent',
    tensors: { w: vector('length'), ws: vector('length') },
    outputs: ['ws'],
    forward: {
      forward: { writes: ['ws'], workgroups: (s) => groups(s.length), flops: () => 0 },
    },
    backward: {
      backward: {
        writes: ['d_w'],
        workgroups: (s) => groups(s.length),
        flops: (s) => s.length,
      },
    },
  },
  remember: {
    shader: 'remember',
    tensors: {
      features: map('1', 'channels', 'cells', 'cells'),
      positions: plain('points', '2'),
      references: vector('points', 'channels'),
    },
    outputs: ['references'],
    forward: {
      forward: {
        writes: ['references'],
        workgroups: (s) => s.points,
        flops: (s) => resizeFlops * s.points * s.channels,
      },
    },
    backward: {},
  },
  point_tracking: {
    shader: 'point_tracking',
    tensors: {
      features: map('1', 'channels', 'cells', 'cells'),
      references: vector('points', 'channels'),
      distances: plain('points', '2*radius+1', '2*radius+1'),
      positions: plain('points', '2'),
      status: plain('8'),
    },
    outputs: ['distances', 'positions'],
    forward: {
      measure: {
        writes: ['distances'],
        workgroups: (s) => s.points * windowPixels(s),
        flops: (s) => (resizeFlops + 3) * s.points * windowPixels(s) * s.channels,
      },
      nearest: {
        writes: ['positions'],
        workgroups: (s) => s.points,
        flops: (s) => s.points * windowPixels(s),
      },
    },
    backward: {},
  },
  stop_rule: {
    shader: 'stop_rule',
    tensors: {
      positions: plain('points', '2'),
      targets: plain('points', '2'),
      shifts: plain('points', '4'),
      status: plain('8'),
    },
    outputs: ['shifts', 'status'],
    forward: {
      forward: {
        writes: ['shifts', 'status'],
        workgroups: () => 1,
        flops: (s) => s.points * (10 + 6 * boxPixels(s)),
      },
    },
    backward: {},
  },
  motion_supervision: {
    shader: 'motion_supervision',
    tensors: {
      features: map('1', 'channels', 'cells', 'cells'),
      positions: plain('points', '2'),
      shifts: plain('points', '4'),
      signs: map('points', 'channels', box, box),
      losses: plain('points', box, box),
      status: plain('8'),
    },
    outputs: ['signs', 'losses', 'status'],
    loss: true,
    forward: {
      forward: {
        writes: ['signs', 'losses'],
        workgroups: (s) => s.points * boxPixels(s),
        flops: (s) => (5 * resizeFlops + 4) * s.points * boxPixels(s) * s.channels,
      },
      total: { writes: ['status'], workgroups: () => 1, flops: (s) => s.points * boxPixels(s) },
    },
    backward: {
      // A pixel reads up to 3×3 cells.
      backward: {
        writes: ['d_features'],
        over: 'features',
        workgroups: (s) => groups(s.tiles * tilePixels * quads(s.channels)),
        flops: (s) => 2 * 9 * s.points * boxPixels(s) * s.channels,
      },
    },
  },
  mask_loss: {
    shader: 'mask_loss',
    tensors: {
      features: map('1', 'channels', 'cells', 'cells'),
      first_features: map('1', 'channels', 'cells', 'cells'),
      mask: plain('side', 'side'),
      losses: plain('cells', '8'),
      status: plain('8'),
    },
    outputs: ['losses', 'status'],
    loss: true,
    forward: {
      forward: {
        writes: ['losses'],
        workgroups: (s) => 8 * s.cells,
        flops: (s) => 5 * s.side * s.side * s.channels,
      },
      total: { writes: ['status'], workgroups: () => 1, flops: (s) => 8 * s.cells },
    },
    backward: {
      // A pixel lies between four cells.
      backward: {
        writes: ['d_features'],
        over: 'features',
        workgroups: (s) => groups(s.tiles * tilePixels * quads(s.channels)),
        flops: (s) => 4 * 6 * s.side * s.side * s.channels,
      },
    },
  },
  latent_regularization: {
    shader: 'latent_regularization',
    tensors: { ws: vector('length'), initial_ws: vector('length'), status: plain('8') },
    outputs: [],
    loss: true,
    forward: {},
    backward: {
      backward: {
        writes: ['d_ws'],
        workgroups: (s) => groups(s.length),
        flops: (s) => 3 * s.length,
      },
    },
  },
  adam: {
    shader: 'adam',
    tensors: {
      w: vector('rows', 'length'),
      d_w: vector('rows', 'length'),
      first_moment: vector('rows', 'length'),
      second_moment: vector('rows', 'length'),
      status: plain('8'),
    },
    outputs: ['w', 'first_moment', 'second_moment', 'status'],
    forward: {
      count: { writes: ['status'], workgroups: () => 1, flops: () => 6 },
      forward: {
        writes: ['w', 'first_moment', 'second_moment'],
        workgroups: (s) => groups(s.rows * s.length),
        flops: (s) => 12 * s.rows * s.length,
      },
    },
    backward: {},
  },
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;

/** The table as one type, for code that iterates over it. */
export const operationTable: Readonly<Record<OperationName, Operation>> = operations;

/**
 * An axis of a tensor in numbers: `7`, `height`, `2*height+1`, `height/2`, `2*radius+2`.
 * @throws RangeError where a size is missing or no positive whole number results.
 */
export function axisLength(axis: string, sizes: Sizes): number {
  const match = /^(?:(\d+)\*)?([a-z_]+|\d+)(?:\/(\d+))?(?:\+(\d+))?$/.exec(axis);
  if (!match) throw new RangeError(`axis ${axis} is not understood`);
  const [, factor = '1', name, divisor = '1', plus = '0'] = match;
  const size = /^\d/.test(name) ? Number(name) : sizes[name];
  if (size === undefined) throw new RangeError(`size ${name} of axis ${axis} is not given`);
  const length = (Number(factor) * size) / Number(divisor) + Number(plus);
  if (!Number.isInteger(length) || length < 1)
    throw new RangeError(`axis ${axis} is ${length} for ${name} = ${size}`);
  return length;
}

/** The logical shape of a tensor for given sizes. */
export const tensorShape = (spec: TensorSpec, sizes: Sizes): number[] =>
  spec.axes.map((axis) => axisLength(axis, sizes));

/** Bytes of a tensor on the device. */
export const tensorBytes = (spec: TensorSpec, sizes: Sizes): number =>
  4 * deviceLength(spec.layout, tensorShape(spec, sizes));

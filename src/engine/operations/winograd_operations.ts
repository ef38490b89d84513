import { activation } from './convolution_operations.ts';
import { convolution, groups, makes, map, plain, quads, vector } from './grids.ts';
import type { EntryPoint, Operation, Sizes } from './operation.ts';

/** Side of a tile, in pixels. */
const tileSide = 2;
/** Elements of the 4×4 matrices that a tile is made from. */
const taps = 16;

/** A convolution's sizes, with those of its tensors in Winograd's form added, for all tiles at once. */
export function winogradSizes(sizes: Sizes): Sizes {
  const { inputs, outputs, height, width } = sizes;
  const tiles = Math.ceil(height / tileSide) * Math.ceil(width / tileSide);
  return { ...sizes, tiles, input_quads: quads(inputs), output_quads: quads(outputs) };
}

/** The most bytes of transformed tiles; or as many as the transformed weights take, if that is more. */
const mostBytes = 4 * 2 ** 20;

/** A convolution in parts with the same number of tiles, which use the same memory one after the other. */
export function winogradParts(sizes: Sizes): { sizes: Sizes; firstTiles: number[] } {
  const whole = winogradSizes(sizes);
  const { samples, tiles, input_quads, output_quads } = whole;
  const bytesOfTile = 16 * taps * samples * Math.max(input_quads, output_quads);
  const most = Math.max(mostBytes, winogradWeightBytes(sizes));
  const parts = Math.ceil((tiles * bytesOfTile) / most);
  const tilesOfPart = Math.ceil(tiles / parts);
  const firstTiles = Array.from({ length: parts }, (_, part) => part * tilesOfPart);
  return { sizes: { ...whole, tiles: tilesOfPart }, firstTiles };
}

/** Bytes of the transformed weights. */
export const winogradWeightBytes = ({ inputs, outputs }: Sizes): number =>
  64 * taps * quads(inputs) * quads(outputs);

const tensors = {
  x: map('samples', 'inputs', 'height', 'width'),
  styles: vector('samples', 'inputs'),
  weight: convolution('outputs', 'inputs', '3', '3'),
  weights_of_taps: plain('16', 'input_quads', 'output_quads', '16'),
  inputs_of_taps: map('16', 'inputs', 'samples', 'tiles'),
  products: map('16', 'outputs', 'samples', 'tiles'),
};

/** The passes before the last one, which makes the pixels. */
const passes = {
  transform_weights: {
    ...makes(
      'weights_of_taps',
      (s) => groups(4 * s.input_quads * s.output_quads),
      // Two columns take three additions and a halving of each of three rows; each column then takes six.
      (s) => 44 * s.inputs * s.outputs,
    ),
    multiplies: false,
  },
  transform_input: makes(
    'inputs_of_taps',
    (s) => groups(s.samples * s.tiles * s.input_quads),
    // Styles, then one addition for each element of two products of matrices.
    (s) => 48 * s.samples * s.tiles * s.inputs,
  ),
  multiply: {
    ...makes(
      'products',
      (s) => groups(taps * Math.ceil((s.samples * s.tiles) / 4) * s.output_quads),
      (s) => 2 * taps * 4 * Math.ceil((s.samples * s.tiles) / 4) * s.inputs * s.outputs,
    ),
    multiplies: true,
  },
} satisfies Record<string, EntryPoint>;

/** The last pass, from products to pixels: two additions for each element of two products of matrices. */
const pixels = (output: string, flopsOfPixel: number): EntryPoint =>
  makes(
    output,
    (s) => groups(s.samples * s.tiles * s.output_quads),
    (s) => (24 + 4 * flopsOfPixel) * s.samples * s.tiles * s.outputs,
  );

/** A dense convolution's forward pass with fewer products. The backward pass is that of the plain convolution. */
export const winogradOperations = {
  conv3x3_winograd: {
    shader: 'conv3x3_winograd',
    tensors: { ...tensors, u: map('samples', 'outputs', 'height', 'width') },
    outputs: ['u'],
    forward: { ...passes, forward: pixels('u', 0) },
    backward: {},
  },
  conv3x3_winograd_act: {
    shader: 'conv3x3_winograd_act',
    tensors: { ...tensors, ...activation('outputs') },
    outputs: ['y'],
    forward: { ...passes, forward: pixels('y', 7) },
    backward: {},
  },
} satisfies Record<string, Operation>;

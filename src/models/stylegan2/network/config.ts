import type { DragDefaults } from '../../../options/drag_options.ts';

/** Everything about a generator's shape. */
export interface GeneratorConfig {
  /** The larger side of the image, in pixels. Radii and the names of models refer to it. */
  resolution: number;
  /** Height of the image, in pixels. */
  height: number;
  /** Width of the image, in pixels. */
  width: number;
  /** Size of the constant that the network starts from, in cells; each block after the first doubles both. */
  constant: {
    /** Rows. */
    height: number;
    /** Columns. */
    width: number;
  };
  /** Channels of the image: 3, or 1 for grey, and one more where it has alpha. */
  imgChannels: number;
  /**
   * Block → channels of its output x, from 4 upwards. Blocks go by their official names 4, 8, 16, …, which are the
   * sides of their maps where the constant is 4 × 4.
   */
  channels: Map<number, number>;
  /** Numbers in z. */
  zDim: number;
  /** Number of classes; 0 for an unconditional network. */
  cDim: number;
  /** Numbers in a row of ws. */
  wDim: number;
  /** Rows of ws: two a block. */
  numWs: number;
  /** Fully-connected layers from z to w. */
  mappingLayers: number;
  /** Activations are clamped to ± this; null where they are not. */
  convClamp: number | null;
  /** True if the file has `mapping.w_avg`, which truncation draws towards; without it only ψ = 1 makes sense. */
  truncates: boolean;
  /** How many numbers were learned: weights, biases, the constant, noise strengths. */
  parameters: number;
  /** Drag options that were measured for this model and are kept in its file; null where the file names none. */
  dragDefaults: DragDefaults | null;
}

/** The names of the blocks up to a last one, lowest first: 4, 8, … */
export function blocksUpTo(last: number): number[] {
  return Array.from({ length: Math.log2(last) - 1 }, (_, block) => 4 << block);
}

/** The names of a network's blocks, lowest first. */
export const blocksOf = ({ channels }: Pick<GeneratorConfig, 'channels'>): number[] => [
  ...channels.keys(),
];

/** The name of the block that makes the image. */
export const lastBlock = ({ channels }: Pick<GeneratorConfig, 'channels'>): number =>
  Math.max(...channels.keys());

/** Rows and columns of a block's maps, in cells: block r of an h × w constant has r·h/4 by r·w/4. */
export function blockSize(
  { constant }: Pick<GeneratorConfig, 'constant'>,
  block: number,
): { height: number; width: number } {
  return { height: (constant.height * block) / 4, width: (constant.width * block) / 4 };
}

import {
  custom,
  type GenericSchema,
  type InferOutput,
  nullish,
  optional,
  picklist,
  string,
} from 'valibot';
import { FormatError, UnsupportedModelError } from '../../../formats/errors.ts';
import { objectOf, readJson } from '../../../formats/json.ts';
import { showShape } from '../../../formats/tensors/named_tensors.ts';
import { type DragDefaults, recommendedOptions } from '../../../options/drag_options.ts';
import { methodNames } from '../../../options/methods.ts';
import { describeBounds, isWithin } from '../../../options/option.ts';
import { refuseArchitecture } from './other_architectures.ts';
import type { GeneratorSource } from './source.ts';

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

/** A drag trains six rows of ws, so a network needs at least four blocks. */
const supportedLastBlocks = [32, 64, 128, 256, 512, 1024];
/** Cells on a side of the constant; pixels on a side of the image. */
const largestConstant = 16;
const largestImage = 2048;

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

/**
 * Reads a generator's shape off its tensors. Of the metadata's `config` it uses only what no tensor tells:
 * `conv_clamp`, and `architecture`, which must be `skip`.
 * @returns all but `parameters`, which are counted once every tensor is known
 * @throws FormatError for a missing tensor, a rank that does not fit, or metadata that are not such JSON
 * @throws UnsupportedModelError for a size that we do not run
 */
export function readConfig(source: GeneratorSource): Omit<GeneratorConfig, 'parameters'> {
  const declared = readMetadata(source, 'config', declaredConfig);
  refuseArchitecture(source, declared?.architecture);
  const last = readLastBlock(source);
  const constant = readConstant(source, last);
  const { height, width } = blockSize({ constant }, last);
  const channels = new Map(
    blocksUpTo(last).map((r) => [r, sizesOf(source, `synthesis.b${r}.conv1.weight`, 4)[0] ?? 0]),
  );
  const [, wDim = 0] = sizesOf(source, 'synthesis.b4.conv1.affine.weight', 2);
  const cDim = readClasses(source, declared);
  const [imgChannels = 0] = sizesOf(source, `synthesis.b${last}.torgb.weight`, 4);
  if (imgChannels > 4) {
    throw new UnsupportedModelError(
      `images of ${imgChannels} channels are not supported, only up to 4`,
      { file: source.file, tensor: `synthesis.b${last}.torgb.weight` },
    );
  }
  refuseOtherSizes(source, declared, Math.max(height, width));
  const zDim = readZDim(source, { cDim, wDim });
  return {
    resolution: Math.max(height, width),
    height,
    width,
    constant,
    imgChannels,
    channels,
    zDim,
    cDim,
    wDim,
    numWs: 2 * channels.size,
    mappingLayers: countMappingLayers(source),
    convClamp: declared?.conv_clamp ?? null,
    truncates: source.tensors.has('mapping.w_avg'),
    dragDefaults: readDragDefaults(source, channels.size),
  };
}

/** The highest block in the file. A missing block below it is noticed later, when its tensors are read. */
function readLastBlock({ tensors, file }: GeneratorSource): number {
  let highest = 0;
  for (const name of tensors.keys()) {
    const block = /^synthesis\.b(\d{1,6})\./.exec(name);
    if (block) highest = Math.max(highest, Number(block[1]));
  }
  if (!supportedLastBlocks.includes(highest)) {
    throw new UnsupportedModelError(
      `a highest block of ${highest}² is not supported, only ${supportedLastBlocks.join(', ')}`,
      { file, tensor: `synthesis.b${highest}` },
    );
  }
  return highest;
}

/** Rows and columns of the constant; the sizes of all maps follow from them. */
function readConstant(source: GeneratorSource, last: number): GeneratorConfig['constant'] {
  const tensor = 'synthesis.b4.const';
  const [, height = 0, width = 0] = sizesOf(source, tensor, 3);
  const side = Math.max(height, width);
  if (side > largestConstant || (side * last) / 4 > largestImage) {
    throw new UnsupportedModelError(
      `a constant of ${height} × ${width} below ${blocksUpTo(last).length} blocks is not supported, only up to ${largestConstant} × ${largestConstant} and pictures of ${largestImage} × ${largestImage}`,
      { file: source.file, tensor },
    );
  }
  return { height, width };
}

function readClasses(source: GeneratorSource, declared: DeclaredConfig | undefined): number {
  const name = 'mapping.embed.weight';
  // A file that declares classes needs their embedding: sizesOf says that it is missing.
  const conditional = source.tensors.has(name) || (declared?.c_dim ?? 0) > 0;
  return conditional ? (sizesOf(source, name, 2)[1] ?? 0) : 0;
}

/** Numbers in z: what the mapping network's first layer takes beside the class. */
function readZDim(source: GeneratorSource, { cDim, wDim }: { cDim: number; wDim: number }): number {
  const { file } = source;
  const [, inputs = 0] = sizesOf(source, 'mapping.fc0.weight', 2);
  if (cDim === 0) return inputs;
  const name = 'mapping.embed.weight';
  const [embedded = 0] = sizesOf(source, name, 2);
  if (embedded !== wDim) {
    throw new UnsupportedModelError(
      `classes that become ${embedded} numbers are not supported, only as many as w has (${wDim})`,
      { file, tensor: name },
    );
  }
  if (inputs === wDim) {
    throw new UnsupportedModelError('a network without z (z_dim 0) is not supported', { file });
  }
  if (inputs < wDim) {
    throw new FormatError(`${inputs} inputs leave no room for z beside the ${wDim} of the class`, {
      file,
      tensor: 'mapping.fc0.weight',
    });
  }
  return inputs - wDim;
}

/** The official DragGAN can scale its pictures to another size than the network's. */
function refuseOtherSizes(
  { file }: GeneratorSource,
  declared: DeclaredConfig | undefined,
  resolution: number,
): void {
  const size = declared?.resize ?? resolution;
  if (size === resolution) return;
  throw new UnsupportedModelError(
    `pictures that are scaled to ${size} (resize) are not supported, only the network's own ${resolution}`,
    { file },
  );
}

function countMappingLayers({ tensors }: GeneratorSource): number {
  let highest = 0;
  for (const name of tensors.keys()) {
    const layer = /^mapping\.fc(\d{1,3})\./.exec(name);
    if (layer) highest = Math.max(highest, Number(layer[1]));
  }
  return highest + 1;
}

function readDragDefaults(source: GeneratorSource, blocks: number): DragDefaults | null {
  const given = readMetadata(source, 'drag_defaults', declaredDefaults);
  if (!given) return null;
  const defaults: { -readonly [Name in keyof DragDefaults]: DragDefaults[Name] } = {};
  const method = readMetadata(source, 'drag_defaults', declaredMethod)?.method;
  if (method !== undefined) defaults.method = method;
  for (const { name, key } of recommendedOptions) {
    const value = given[key];
    if (value !== undefined) defaults[name] = value;
  }
  if ((defaults.featureBlock ?? 0) >= blocks) {
    throw new FormatError(
      `metadata drag_defaults: feature_block ${defaults.featureBlock}, but there are only ${blocks} blocks`,
      { file: source.file },
    );
  }
  return defaults;
}

type DeclaredConfig = InferOutput<typeof declaredConfig>;

/** The entries of the metadata's `config` that no tensor tells. */
const declaredConfig = objectOf({
  conv_clamp: nullish(
    custom<number>(
      (value) => isWithin(value, { least: Number.MIN_VALUE }),
      'must be a positive number or null',
    ),
  ),
  architecture: nullish(string('must be a text')),
  resize: nullish(
    custom<number>((value) => isWithin(value, { least: 0 }), 'must be a number of pixels'),
  ),
  c_dim: nullish(
    custom<number>(
      (value) => isWithin(value, { least: 0, whole: true }),
      'must be a whole number of classes',
    ),
  ),
});

const declaredDefaults = objectOf(
  Object.fromEntries(
    recommendedOptions.map(({ key, bounds }) => [
      key,
      optional(
        custom<number>((value) => isWithin(value, bounds), `must be ${describeBounds(bounds)}`),
      ),
    ]),
  ),
);

const declaredMethod = objectOf({
  method: optional(picklist(methodNames, `must be one of ${methodNames.join(', ')}`)),
});

/** @returns undefined where the file has no such metadata */
function readMetadata<Schema extends GenericSchema>(
  { metadata, file }: GeneratorSource,
  key: string,
  schema: Schema,
): InferOutput<Schema> | undefined {
  const text = metadata[key];
  if (text === undefined) return undefined;
  const root = `metadata ${key}`;
  return readJson(text, schema, { root, within: `${root}: `, file });
}

/** A tensor's sizes, of which there must be `rank`, none of them 0. */
function sizesOf(
  { tensors, file }: GeneratorSource,
  name: string,
  rank: number,
): readonly number[] {
  const tensor = tensors.get(name);
  if (!tensor) throw new FormatError('missing; the generator needs it', { file, tensor: name });
  if (tensor.shape.length !== rank || tensor.shape.includes(0)) {
    throw new FormatError(
      `shape ${showShape(tensor.shape)} found, ${rank} sizes of at least 1 needed`,
      { file, tensor: name },
    );
  }
  return tensor.shape;
}

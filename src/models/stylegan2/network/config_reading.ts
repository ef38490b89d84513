import { FormatError, UnsupportedModelError } from '../../../formats/errors.ts';
import { showShape } from '../../../formats/tensors/named_tensors.ts';
import { blockSize, blocksUpTo, type GeneratorConfig } from './config.ts';
import { type DeclaredConfig, readDeclaredConfig, readDragDefaults } from './declared_config.ts';
import { refuseArchitecture } from './other_architectures.ts';
import type { GeneratorSource } from './source.ts';

/** A drag trains six rows of ws, so a network needs at least four blocks. */
const supportedLastBlocks = [32, 64, 128, 256, 512, 1024];
/** Cells on a side of the constant; pixels on a side of the image. */
const largestConstant = 16;
const largestImage = 2048;

/**
 * Reads a generator's shape off its tensors. Of the metadata's `config` it uses only what no tensor tells:
 * `conv_clamp`, and `architecture`, which must be `skip`.
 * @returns all but `parameters`, which are counted once every tensor is known
 * @throws FormatError for a missing tensor, a rank that does not fit, or metadata that are not such JSON
 * @throws UnsupportedModelError for a size that we do not run
 */
export function readConfig(source: GeneratorSource): Omit<GeneratorConfig, 'parameters'> {
  const declared = readDeclaredConfig(source);
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

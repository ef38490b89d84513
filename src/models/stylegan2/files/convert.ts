import { InputError } from '../../../formats/errors.ts';
import { type WritableTensor, writeSafetensors } from '../../../formats/safetensors.ts';
import { encodeF16 } from '../../../formats/tensors/half_precision.ts';
import type { TensorFile } from '../../../formats/tensors/named_tensors.ts';
import { type GeneratorWeights, readGenerator } from '../network/weights.ts';

/** The largest finite number of f16; a value that rounds to 65536 would become infinite. */
const largestF16 = 65504;
const firstInfinite = 65520;

export interface ConversionOptions {
  /**
   * Keeps the weights of the synthesis network as f16, to the nearest, ties to even. Vectors and scalars stay f32,
   * since they take no room; the noise, since it is drawn once for all; and the mapping network, so that a seed gives
   * the same latent.
   */
  readonly half?: boolean;
  /** Weights to write in place of the file's own, e.g. tuned ones. */
  readonly weights?: GeneratorWeights;
}

/**
 * A model as safetensors: the tensors that the generator reads under their official names, with a `config`, and the
 * metadata that its file has. The same model gives the same bytes.
 * @throws FormatError, UnsupportedModelError; InputError for a weight that is beyond f16
 */
export function convertToSafetensors(
  file: TensorFile,
  { half = false, weights = readGenerator(file) }: ConversionOptions = {},
): Uint8Array {
  const { config, tensors } = weights;
  const converted = new Map<string, WritableTensor>();
  for (const [name, { shape, data }] of tensors) {
    const values = data();
    const halved = half && /^synthesis\..*(\.weight|\.const)$/.test(name);
    converted.set(name, { shape, data: halved ? halfOf(values, name) : values });
  }
  const declared = {
    z_dim: config.zDim,
    c_dim: config.cDim,
    w_dim: config.wDim,
    img_resolution: config.resolution,
    img_channels: config.imgChannels,
    num_ws: config.numWs,
    mapping_layers: config.mappingLayers,
    conv_clamp: config.convClamp,
    architecture: 'skip',
  };
  const metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(file.metadata)) {
    if (value !== undefined) metadata[key] = value;
  }
  metadata.config = JSON.stringify({ ...JSON.parse(metadata.config ?? '{}'), ...declared });
  return writeSafetensors(converted, metadata);
}

function halfOf(values: Float32Array, name: string): Uint16Array {
  const beyond = values.find((value) => Math.abs(value) >= firstInfinite);
  if (beyond !== undefined) {
    throw new InputError(`${name} has ${beyond}, beyond the ${largestF16} of f16; leave it out`, {
      option: 'f16',
    });
  }
  return encodeF16(values);
}

import { UnsupportedModelError } from '../../../formats/errors.ts';
import {
  type NamedTensor,
  showShape,
  type TensorFile,
} from '../../../formats/tensors/named_tensors.ts';
import type { StridedTensor } from '../../../formats/tensors/strided_tensor.ts';
import type { StateOfGenerator } from './generator_search.ts';
import { noisyLayer, upsamplingBlock } from './official_names.ts';

/** What of a state dict belongs to the generator. */
const own = /^(style|input|conv1|to_rgb1|convs|to_rgbs|noises)\./;

/**
 * Reads a generator under the names of rosinality's stylegan2-pytorch, or of the programs that took its network.
 * `latent_avg` may stand beside it, (w_dim) or the same in each of num_ws rows. Source: SPEC §5.
 * @param tensorOf reads a value; throws where it is no tensor
 * @param format of the file around it
 * @throws FormatError, UnsupportedModelError
 */
export function readRosinality<Value>(
  { values, around }: StateOfGenerator<Value>,
  tensorOf: (value: Value, name: string) => StridedTensor,
  { file, format }: { file?: string; format: string },
): TensorFile {
  const found = new Map<string, NamedTensor>();
  for (const [name, value] of values) {
    if (!own.test(name) && !name.endsWith('weight')) continue;
    const tensor = tensorOf(value, name);
    if (/\.(blur|upsample)\.kernel$/.test(name)) refuseOtherKernel(name, tensor, file);
    const official = officialTensor(name, tensor);
    if (official) found.set(...official);
    else if (name.endsWith('weight')) {
      throw new UnsupportedModelError('a layer that StyleGAN2 does not have', {
        file,
        tensor: name,
      });
    }
  }
  const average = [values, ...around].find((dict) => dict.has('latent_avg'))?.get('latent_avg');
  if (average !== undefined && average !== null)
    found.set('mapping.w_avg', averageRow(tensorOf(average, 'latent_avg'), file));
  return { tensors: found, metadata: Object.create(null), format, file };
}

/** Encoders keep the average once for each row of ws. */
function averageRow(average: StridedTensor, file?: string): StridedTensor {
  const row = average.shape.length === 2 ? average.first() : undefined;
  if (!row) return average;
  const values = row.data();
  if (average.data().some((value, i) => value !== values[i % values.length])) {
    throw new UnsupportedModelError('an average that is another in each row is not supported', {
      file,
      tensor: 'latent_avg',
    });
  }
  return row;
}

/** The tensor under its official name and without axes of one; undefined for one that is not needed. */
function officialTensor(
  name: string,
  tensor: StridedTensor,
): [name: string, tensor: StridedTensor] | undefined {
  const style = /^style\.([1-9]\d{0,2})\.(weight|bias)$/.exec(name);
  if (style) return [`mapping.fc${Number(style[1]) - 1}.${style[2]}`, tensor];
  if (name === 'input.input') return ['synthesis.b4.const', tensor.withoutAxes(0)];
  const noise = /^noises\.noise_(\d{1,2})$/.exec(name);
  if (noise) return [`${noisyLayer(Number(noise[1]))}.noise_const`, tensor.withoutAxes(0, 1)];
  const layer = /^(conv1|to_rgb1|convs\.\d{1,2}|to_rgbs\.\d{1,2})\.(.+)$/.exec(name);
  if (!layer) return undefined;
  const [, module = '', variable = ''] = layer;
  const official = layerName(module);
  switch (variable) {
    case 'conv.weight':
      return [`${official}.weight`, tensor.withoutAxes(0)];
    case 'conv.modulation.weight':
      return [`${official}.affine.weight`, tensor];
    case 'conv.modulation.bias':
      return [`${official}.affine.bias`, tensor];
    case 'noise.weight':
      return [`${official}.noise_strength`, tensor];
    case 'activate.bias':
      return [`${official}.bias`, tensor];
    case 'bias':
      return [`${official}.bias`, tensor.withoutAxes(0, 2, 3)];
    default:
      return undefined;
  }
}

function layerName(module: string): string {
  if (module === 'conv1') return 'synthesis.b4.conv1';
  if (module === 'to_rgb1') return 'synthesis.b4.torgb';
  const [kind, number] = module.split('.');
  const n = Number(number);
  if (kind === 'to_rgbs') return `${upsamplingBlock(n)}.torgb`;
  return `${upsamplingBlock(Math.floor(n / 2))}.conv${n % 2}`;
}

/** Their filter includes the gain 4 of up-sampling: outer([1, 3, 3, 1]) / 16. */
function refuseOtherKernel(name: string, tensor: StridedTensor, file?: string): void {
  const taps = [1, 3, 3, 1];
  const usual = taps.flatMap((row) => taps.map((column) => (row * column) / 16));
  const values = showShape(tensor.shape) === '[4, 4]' ? tensor.data() : [];
  if (!usual.every((tap, i) => Math.abs((values[i] ?? Number.NaN) - tap) < 1e-6)) {
    throw new UnsupportedModelError(
      `another filter than outer([1, 3, 3, 1]) / 16 is not supported (shape ${showShape(tensor.shape)})`,
      { file, tensor: name },
    );
  }
}

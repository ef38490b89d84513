import { FormatError, UnsupportedModelError } from '../../../formats/errors.ts';
import {
  entriesOf,
  type PickleDict,
  type PickleValue,
} from '../../../formats/pickle/pickle_values.ts';
import {
  type NamedTensor,
  showShape,
  type TensorFile,
} from '../../../formats/tensors/named_tensors.ts';
import type { StridedTensor } from '../../../formats/tensors/strided_tensor.ts';
import type { TorchPickle } from '../../../formats/torch/torch_stream.ts';
import type { TorchTensors } from '../../../formats/torch/torch_tensor.ts';
import { noisyLayer, upsamplingBlock } from './official_names.ts';

/** Whether a PyTorch file's value is such a checkpoint. */
export const isRosinality = (value: PickleValue): boolean =>
  findState(entriesOf(value)) !== undefined;

/**
 * Finds the generator in a checkpoint of rosinality's stylegan2-pytorch: `g_ema`, else `g`, else the file itself, is a
 * state dict; `latent_avg` may stand beside it. Source: SPEC §5.
 * @param format of the file around it
 * @throws FormatError, UnsupportedModelError
 */
export function readRosinality(
  { value }: TorchPickle,
  tensors: TorchTensors,
  { file, format }: { file?: string; format: string },
): TensorFile {
  const checkpoint = entriesOf(value);
  const state = findState(checkpoint);
  if (!state) {
    throw new UnsupportedModelError(
      "a PyTorch file, but not a checkpoint of rosinality's StyleGAN2 (no conv1.conv.weight in g_ema, g, or itself)",
      { file },
    );
  }
  const found = new Map<string, NamedTensor>();
  for (const [name, entry] of state) {
    if (typeof name !== 'string') continue;
    const tensor = tensors.tensor(entry, name);
    if (!tensor) throw new FormatError('no tensor', { file, tensor: name });
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
  const average = tensors.tensor(checkpoint?.get('latent_avg'), 'latent_avg');
  if (average) {
    found.set('mapping.w_avg', average.shape.length === 2 ? average.withoutAxes(0) : average);
  }
  return { tensors: found, metadata: Object.create(null), format, file };
}

function findState(checkpoint: PickleDict | undefined): PickleDict | undefined {
  const candidates = [
    entriesOf(checkpoint?.get('g_ema')),
    entriesOf(checkpoint?.get('g')),
    checkpoint,
  ];
  return candidates.find((state) => state?.has('conv1.conv.weight'));
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

/** Theirs has the gain 4 of up-sampling in it: outer([1, 3, 3, 1]) / 16. */
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

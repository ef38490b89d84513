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

/** True if a PyTorch file's value is a checkpoint of rosinality's. */
export const isRosinality = (value: PickleValue): boolean =>
  findState(entriesOf(value)) !== undefined;

/**
 * Finds the generator in a checkpoint of rosinality's stylegan2-pytorch, or of the programs that took its network: a
 * state dict, alone or under one of `stateNames`, its names bare or behind one of `prefixes`, whatever else is beside
 * it; `latent_avg` may stand beside it, (w_dim) or the same in each of num_ws rows. Source: SPEC §5.
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
      `a PyTorch file, but not a checkpoint of rosinality's StyleGAN2 (no conv1.conv.weight in ${stateNames.join(', ')}, or itself)`,
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
  if (average) found.set('mapping.w_avg', averageRow(average, file));
  return { tensors: found, metadata: Object.create(null), format, file };
}

/** Where a state dict stands in a checkpoint; the averaged generators first. */
const stateNames = ['g_ema', 'params_ema', 'generator_ema', 'g', 'state_dict'];
/** Prefixes of its names where it is part of a larger module, averaged generators first again. */
const parts = ['', 'g_ema.', 'generator_ema.', 'decoder.', 'generator.', 'g.'];
/** All prefixes: training on several devices puts `module.` before the whole or before the part. */
const prefixes = ['', 'module.'].flatMap((outer) =>
  parts.flatMap((part) => [`${outer}${part}`, `${outer}${part}module.`]),
);

/** The generator's state dict, its names without a prefix. */
function findState(checkpoint: PickleDict | undefined): PickleDict | undefined {
  const candidates = [...stateNames.map((name) => entriesOf(checkpoint?.get(name))), checkpoint];
  for (const state of candidates)
    for (const prefix of prefixes)
      if (state?.has(`${prefix}conv1.conv.weight`)) return withoutPrefix(state, prefix);
  return undefined;
}

function withoutPrefix(state: PickleDict, prefix: string): PickleDict {
  if (prefix === '') return state;
  const stripped: PickleDict = new Map();
  for (const [name, entry] of state)
    if (typeof name === 'string' && name.startsWith(prefix))
      stripped.set(name.slice(prefix.length), entry);
  return stripped;
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

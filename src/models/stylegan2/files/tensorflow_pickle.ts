import { FormatError, UnsupportedModelError } from '../../../formats/errors.ts';
import { numberOf, numpyArray } from '../../../formats/numpy/numpy_array.ts';
import type { PickleBytes } from '../../../formats/pickle/pickle_bytes.ts';
import {
  entriesOf,
  itemsOf,
  type PickleDict,
  PickleObject,
  type PickleValue,
} from '../../../formats/pickle/pickle_values.ts';
import type { NamedTensor, TensorFile } from '../../../formats/tensors/named_tensors.ts';
import type { StridedTensor } from '../../../formats/tensors/strided_tensor.ts';
import { noisyLayer } from './official_names.ts';
import { isTensorflowNetwork } from './pickle_globals.ts';

const oldestVersion = 4;
/** The longest name of a variable that is looked at. */
const longestName = 200;

/** The build options that are kept in `config`, by their names there. */
const kept = {
  z_dim: 'latent_size',
  c_dim: 'label_size',
  w_dim: 'dlatent_size',
  img_resolution: 'resolution',
  img_channels: 'num_channels',
  mapping_layers: 'mapping_layers',
  conv_clamp: 'conv_clamp',
} as const;

/**
 * Finds Gs, the averaged generator, in the pickle of NVIDIA's StyleGAN2 for TensorFlow: a tuple (G, D, Gs) of networks,
 * each with variables and components. Source: SPEC §5.
 * @param bytes finds the bytes of its arrays
 * @returns undefined for a pickle of another kind
 * @throws FormatError, UnsupportedModelError
 */
export function readTensorflowPickle(
  value: PickleValue,
  bytes: PickleBytes,
  file?: string,
): TensorFile | undefined {
  const networks = (itemsOf(value) ?? [value]).map(networkState).filter((state) => !!state);
  if (networks.length === 0) return undefined;
  const generator =
    networks.find((state) => state.get('name') === 'Gs') ??
    networks.find((state) => state.get('name') === 'G');
  if (!generator) {
    throw new UnsupportedModelError('holds networks of TensorFlow, but no Gs or G', { file });
  }
  const version = numberOf(generator.get('version')) ?? 0;
  if (version < oldestVersion) {
    throw new UnsupportedModelError(
      `a TensorFlow network of version ${version} is not supported (StyleGAN2's are ${oldestVersion} or newer)`,
      { file },
    );
  }
  const options = new Map<PickleValue, PickleValue>();
  const tensors = new Map<string, NamedTensor>();
  const arrays: [name: string, array: StridedTensor][] = [];
  for (const [prefix, network] of parts(generator)) {
    for (const [name, option] of entriesOf(network.get('static_kwargs')) ?? [])
      options.set(name, option);
    for (const variable of itemsOf(network.get('variables')) ?? [])
      arrays.push(readVariable(variable, prefix, { bytes, file }));
  }
  const blocks = officialBlocks(arrays, file);
  for (const [name, array] of arrays) {
    const official = officialTensor(name, array, blocks, file);
    if (official) tensors.set(...official);
  }
  return {
    tensors,
    metadata: Object.assign(Object.create(null), { config: readOptions(options, file) }),
    format: 'TensorFlow pickle',
    file,
  };
}

function networkState(value: PickleValue | undefined): PickleDict | undefined {
  return value instanceof PickleObject && isTensorflowNetwork(value)
    ? entriesOf(value.state)
    : undefined;
}

/** The components and then the network itself, whose options go before theirs. */
function parts(network: PickleDict): [prefix: string, network: PickleDict][] {
  const found: [string, PickleDict][] = [];
  const components = entriesOf(network.get('components'));
  for (const name of ['mapping', 'synthesis']) {
    const state = networkState(components?.get(name));
    if (state) found.push([`${name}/`, state]);
  }
  return [...found, ['', network]];
}

function readVariable(
  variable: PickleValue,
  prefix: string,
  { bytes, file }: { readonly bytes: PickleBytes; readonly file?: string },
): [name: string, array: StridedTensor] {
  const [name, value] = itemsOf(variable) ?? [];
  const tensor = typeof name === 'string' ? `${prefix}${name.slice(0, longestName)}` : '';
  const array = tensor && numpyArray(value, bytes, { file, tensor });
  if (array) return [tensor, array];
  throw new FormatError(`a variable that is no name with an array`, {
    file,
    tensor: tensor || undefined,
  });
}

const blockScope = /^synthesis\/((\d{1,4})x(\d{1,4}))\//;

/**
 * The official number of each block's scope, 4, 8, … : `8x8` is 8. Where the constant is not square the scopes may have
 * the maps' heights and widths: `5x3` is 4 and `10x6` is 8.
 */
function officialBlocks(
  arrays: readonly [name: string, array: StridedTensor][],
  file?: string,
): ReadonlyMap<string, number> {
  const sizes = new Map<string, [height: number, width: number]>();
  for (const [name] of arrays) {
    const [, scope, height, width] = blockScope.exec(name) ?? [];
    if (scope) sizes.set(scope, [Number(height), Number(width)]);
  }
  const ascending = [...sizes].sort(([, a], [, b]) => a[0] - b[0] || a[1] - b[1]);
  const [, first = [4, 4]] = ascending[0] ?? [];
  return new Map(
    ascending.map(([scope, [height, width]], block) => {
      if (height !== first[0] << block || width !== first[1] << block)
        throw new UnsupportedModelError(
          `a block of ${height} × ${width} is not supported above one of ${first[0]} × ${first[1]}: each is twice as large as the one below`,
          { file, tensor: `synthesis/${scope}` },
        );
      return [scope, 4 << block];
    }),
  );
}

/** The tensor under its official name and in its official order of axes; undefined for one that is not needed. */
function officialTensor(
  name: string,
  array: StridedTensor,
  blocks: ReadonlyMap<string, number>,
  file?: string,
): [name: string, tensor: StridedTensor] | undefined {
  const refuse = (what: string): never => {
    throw new UnsupportedModelError(`${what} is not supported, only StyleGAN2`, {
      file,
      tensor: name,
    });
  };
  if (/_lod\d|StyleMod/.test(name)) refuse('StyleGAN (the first)');
  if (name.includes('LabelConcat')) refuse('a label that is joined to z without a bias');
  if (name === 'dlatent_avg') return ['mapping.w_avg', array];
  const block = blocks.get(blockScope.exec(name)?.[1] ?? '');
  if (block === 4 && name.endsWith('/Const/const')) {
    return ['synthesis.b4.const', array.withoutAxes(0)];
  }
  const noise = /^synthesis\/noise(\d{1,2})$/.exec(name);
  if (noise) return [`${noisyLayer(Number(noise[1]))}.noise_const`, array.withoutAxes(0, 1)];
  const mapping = /^mapping\/(Dense(\d{1,3})|LabelEmbed)\/(weight|bias)$/.exec(name);
  if (mapping) {
    const layer = mapping[2] === undefined ? 'embed' : `fc${Number(mapping[2])}`;
    const tensor = mapping[3] === 'weight' ? array.permute(1, 0) : array;
    return [`mapping.${layer}.${mapping[3]}`, tensor];
  }
  const layer = /^synthesis\/\w+\/(Conv|Conv0_up|Conv1|ToRGB)\/(\w+)$/.exec(name);
  if (layer && block) {
    const [, kind = '', variable = ''] = layer;
    return layerTensor(`synthesis.b${block}`, kind, variable, array);
  }
  if (name.endsWith('/weight')) refuse('such a layer');
  return undefined;
}

function layerTensor(
  block: string,
  kind: string,
  variable: string,
  array: StridedTensor,
): [name: string, tensor: StridedTensor] | undefined {
  const layer = `${block}.${{ Conv0_up: 'conv0', ToRGB: 'torgb' }[kind] ?? 'conv1'}`;
  switch (variable) {
    case 'weight': {
      const weight = array.permute(3, 2, 0, 1);
      return [`${layer}.weight`, kind === 'Conv0_up' ? weight.flip(2, 3) : weight];
    }
    case 'bias':
      return [`${layer}.bias`, array];
    case 'mod_weight':
      return [`${layer}.affine.weight`, array.permute(1, 0)];
    case 'mod_bias':
      return [`${layer}.affine.bias`, array.plus(1)];
    case 'noise_strength':
      return [`${layer}.noise_strength`, array];
    default:
      return undefined;
  }
}

/** The options as `config`; refuses those under which the network computes something else. */
function readOptions(options: PickleDict, file?: string): string {
  const refuse = (what: string): never => {
    throw new UnsupportedModelError(`${what} is not supported`, { file });
  };
  for (const option of ['nonlinearity', 'mapping_nonlinearity']) {
    const value = options.get(option);
    if (typeof value === 'string' && value !== 'lrelu') refuse(`${option} ${value.slice(0, 40)}`);
  }
  const multiplier = numberOf(options.get('mapping_lrmul')) ?? 0.01;
  if (Math.abs(multiplier - 0.01) > 1e-6) refuse(`mapping_lrmul ${multiplier} (0.01 is usual)`);
  const taps = itemsOf(options.get('resample_kernel'))?.map(numberOf).join();
  if (taps !== undefined && taps !== '1,3,3,1') refuse(`resample_kernel [${taps.slice(0, 40)}]`);
  if (options.get('normalize_latents') === false) refuse('normalize_latents False');
  const config: Record<string, unknown> = Object.create(null);
  for (const [name, option] of Object.entries(kept)) {
    const number = numberOf(options.get(option));
    if (number !== undefined) config[name] = number;
  }
  const architecture = options.get('architecture');
  if (typeof architecture === 'string') config.architecture = architecture;
  return JSON.stringify(config);
}

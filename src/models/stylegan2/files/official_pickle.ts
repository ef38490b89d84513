import type { FilePart } from '../../../formats/byte_cursor.ts';
import { UnsupportedModelError } from '../../../formats/errors.ts';
import { numberOf } from '../../../formats/numpy/numpy_array.ts';
import {
  entriesOf,
  type PickleDict,
  type PickleValue,
} from '../../../formats/pickle/pickle_values.ts';
import type { TensorFile } from '../../../formats/tensors/named_tensors.ts';
import type { TorchTensors } from '../../../formats/torch/torch_tensor.ts';
import { type Module, type ModuleTree, moduleOf, readModuleTree } from './official_modules.ts';

/** The constructor's values that are kept in `config` beside what the tensors tell. */
const kept = ['z_dim', 'c_dim', 'w_dim', 'img_resolution', 'img_channels', 'num_ws', 'resize'];

/**
 * Finds the generator in the pickle of the official PyTorch programs (StyleGAN2-ADA, DragGAN and those made from them):
 * a dict with `G_ema`, `G` and `D`, of which `G_ema` is used; D is not looked at. Source: SPEC §5.
 * @returns undefined for a pickle of another kind
 * @throws FormatError, UnsupportedModelError
 */
export function readOfficialPickle(
  value: PickleValue,
  tensors: TorchTensors,
  part: FilePart,
): TensorFile | undefined {
  const generator = findGenerator(value, part.file);
  if (!generator) return undefined;
  const tree = readModuleTree(generator, tensors, part);
  if (![...tree.tensors.keys()].some((name) => name.startsWith('synthesis.'))) {
    throw new UnsupportedModelError(
      `holds a ${generator.className.slice(0, 80)}, which is no StyleGAN2 generator`,
      { file: part.file },
    );
  }
  const refuse = (what: string, tensor: string): never => {
    throw new UnsupportedModelError(`${what} is not supported`, { file: part.file, tensor });
  };
  refuseOtherLayers(tree, refuse);
  const config: Record<string, unknown> = Object.create(null);
  for (const name of kept) {
    const number = numberOf(generator.attributes.get(name));
    if (number !== undefined) config[name] = number;
  }
  config.conv_clamp = readClamp(tree, refuse);
  config.architecture = readArchitecture(tree);
  return {
    tensors: tree.tensors,
    metadata: Object.assign(Object.create(null), { config: JSON.stringify(config) }),
    format: 'official pickle',
    file: part.file,
  };
}

function findGenerator(value: PickleValue, file?: string): Module | undefined {
  const networks = entriesOf(value);
  const isOurs = networks && ['G_ema', 'G', 'D'].some((name) => networks.has(name));
  if (!isOurs) return moduleOf(value);
  const generator = moduleOf(networks.get('G_ema')) ?? moduleOf(networks.get('G'));
  if (generator) return generator;
  throw new UnsupportedModelError(`holds no generator: ${presence(networks)}`, { file });
}

function presence(networks: PickleDict): string {
  const show = (name: string) => {
    if (!networks.has(name)) return `no ${name}`;
    return networks.get(name) === null ? `${name} is None` : `a ${name}`;
  };
  return ['G_ema', 'G', 'D'].map(show).join(', ');
}

type Refuse = (what: string, tensor: string) => never;

/** Layers whose tensors look like ours, but that compute something else. */
function refuseOtherLayers({ modules }: ModuleTree, refuse: Refuse): void {
  for (const [path, { attributes }] of modules) {
    const isMapping = /^mapping\.fc\d+$/.test(path);
    if (!isMapping && !/^synthesis\.b\d+\.conv[01]$/.test(path)) continue;
    const activation = attributes.get('activation');
    if (typeof activation === 'string' && activation !== 'lrelu') {
      refuse(`activation ${activation.slice(0, 40)}`, path);
    }
    const multiplier = numberOf(attributes.get('bias_gain'));
    if (isMapping && multiplier !== undefined && Math.abs(multiplier - 0.01) > 1e-6) {
      refuse(`a learning-rate multiplier of ${multiplier} (0.01 is usual)`, path);
    }
  }
}

/** All layers have the same clamp, or none. */
function readClamp({ modules }: ModuleTree, refuse: Refuse): number | null {
  let clamp: number | null | undefined;
  for (const [path, { attributes }] of modules) {
    if (!/^synthesis\.b\d+\.(conv[01]|torgb)$/.test(path)) continue;
    const own = numberOf(attributes.get('conv_clamp')) ?? null;
    if (clamp !== undefined && own !== clamp) refuse(`conv_clamp ${own} beside ${clamp}`, path);
    clamp = own;
  }
  return clamp ?? null;
}

/** The blocks' architecture, if they name one. `readConfig` refuses all but `skip`. */
function readArchitecture({ modules }: ModuleTree): string | undefined {
  const named = [...modules]
    .filter(([path]) => /^synthesis\.b\d+$/.test(path))
    .map(([, { attributes }]) => attributes.get('architecture'))
    .filter((architecture) => typeof architecture === 'string');
  return named.find((architecture) => architecture !== 'skip') ?? named[0];
}

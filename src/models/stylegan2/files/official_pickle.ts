import { UnsupportedModelError } from '../../../formats/errors.ts';
import { numberOf } from '../../../formats/numpy/numpy_array.ts';
import type { NamedTensor, TensorFile } from '../../../formats/tensors/named_tensors.ts';
import type { StateOfGenerator } from './generator_search.ts';

/** The constructor's values that are kept in `config` beside what the tensors tell. */
const kept = ['z_dim', 'c_dim', 'w_dim', 'img_resolution', 'img_channels', 'num_ws', 'resize'];

/**
 * Reads a generator under the official names: a module as the official PyTorch programs keep it (StyleGAN2-ADA, DragGAN
 * and those made from them), or a state dict, which tells only what its tensors tell. Source: SPEC §5.
 * @param tensorOf reads a value; throws where it is no tensor
 * @param format of the file around it
 * @throws FormatError, UnsupportedModelError
 */
export function readOfficial<Value>(
  { values, modules }: StateOfGenerator<Value>,
  tensorOf: (value: Value, name: string) => NamedTensor,
  { file, format }: { file?: string; format: string },
): TensorFile {
  const found = new Map<string, NamedTensor>();
  for (const [name, value] of values) {
    if (!/^(mapping|synthesis)\./.test(name) || value === null) continue;
    found.set(name, tensorOf(value, name));
  }
  const config = modules.size > 0 ? readModules(modules, file) : undefined;
  return {
    tensors: found,
    metadata: Object.assign(Object.create(null), config && { config: JSON.stringify(config) }),
    format,
    file,
  };
}

type Modules = StateOfGenerator<unknown>['modules'];
type Refuse = (what: string, tensor: string) => never;

/** What the modules say beside their tensors. */
function readModules(modules: Modules, file?: string): Record<string, unknown> {
  const refuse = (what: string, tensor: string): never => {
    throw new UnsupportedModelError(`${what} is not supported`, { file, tensor });
  };
  refuseOtherLayers(modules, refuse);
  const config: Record<string, unknown> = Object.create(null);
  for (const name of kept) {
    const number = numberOf(modules.get('')?.attributes.get(name));
    if (number !== undefined) config[name] = number;
  }
  config.conv_clamp = readClamp(modules, refuse);
  config.architecture = readArchitecture(modules);
  return config;
}

/** Layers whose tensors look like ours, but that compute something else. */
function refuseOtherLayers(modules: Modules, refuse: Refuse): void {
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
function readClamp(modules: Modules, refuse: Refuse): number | null {
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
function readArchitecture(modules: Modules): string | undefined {
  const named = [...modules]
    .filter(([path]) => /^synthesis\.b\d+$/.test(path))
    .map(([, { attributes }]) => attributes.get('architecture'))
    .filter((architecture) => typeof architecture === 'string');
  return named.find((architecture) => architecture !== 'skip') ?? named[0];
}

import type { FilePart } from '../../../formats/byte_cursor.ts';
import { FormatError, UnsupportedModelError } from '../../../formats/errors.ts';
import {
  describeValue,
  entriesOf,
  type PickleDict,
  type PickleValue,
} from '../../../formats/pickle/pickle_values.ts';
import type { NamedTensor, TensorFile } from '../../../formats/tensors/named_tensors.ts';
import { StridedTensor } from '../../../formats/tensors/strided_tensor.ts';
import type { TorchPickle } from '../../../formats/torch/torch_stream.ts';
import { TorchTensors } from '../../../formats/torch/torch_tensor.ts';
import { findAmongTensors, findGenerator, type SearchResult } from './generator_search.ts';
import { moduleOf } from './official_modules.ts';
import { readOfficial } from './official_pickle.ts';
import { otherModel } from './other_models.ts';
import { readRosinality } from './rosinality.ts';
import { readTensorflowPickle } from './tensorflow_pickle.ts';

/**
 * Finds the generator in a pickle, whoever wrote it: modules and state dicts of PyTorch under the official names or
 * rosinality's, networks of TensorFlow. What stands beside it is not looked at.
 * @param part the whole file
 * @param container what the pickle stands in, for the format's name: `pickle`, `zip` or `legacy`
 * @throws FormatError; UnsupportedModelError saying what the file is
 */
export function readTorchModel(
  pickle: TorchPickle,
  part: FilePart,
  container: 'pickle' | 'zip' | 'legacy',
): TensorFile {
  const { value } = pickle;
  const { file } = part;
  const tensors = new TorchTensors(pickle, part);
  const tensorflow = readTensorflowPickle(value, tensors.bytes, file);
  if (tensorflow) return tensorflow;
  const search = findGenerator(value);
  const tensorOf = (entry: PickleValue, name: string) => {
    const tensor = tensors.tensor(entry, name);
    if (tensor) return tensor;
    throw new FormatError(`is ${describeValue(entry)}, no tensor`, { file, tensor: name });
  };
  return readFound(search, tensorOf, { file, container, other: () => describe(value, search) });
}

/**
 * Reads safetensors whose names are another program's, or have something before them.
 * @throws UnsupportedModelError saying what the file is, where it has no generator
 */
export function readNamedTensors(whole: TensorFile): TensorFile {
  const { tensors, file } = whole;
  const search = findAmongTensors(tensors);
  // As the file has it: its metadata say what no tensor tells.
  if (['', 'G'].includes(search.generator?.place ?? '-') && search.generator?.names === 'official')
    return whole;
  const tensorOf = (tensor: NamedTensor, name: string): StridedTensor => {
    if (tensor instanceof StridedTensor) return tensor;
    throw new RangeError(`${name} is no view of the file's bytes`);
  };
  if (!search.generator && !otherModel(search.names, {})) return whole;
  const other = () => 'no generator';
  const found = readFound(search, tensorOf, { file, container: 'safetensors', other });
  return { ...found, metadata: whole.metadata };
}

function readFound<Value>(
  { generator, others, names, className }: SearchResult<Value>,
  tensorOf: (value: Value, name: string) => StridedTensor,
  { file, container, other }: { file?: string; container: string; other: () => string },
): TensorFile {
  const model = otherModel(names, { className, place: generator?.place });
  if (model) throw new UnsupportedModelError(`${model}, not a StyleGAN2`, { file });
  if (!generator) throw new UnsupportedModelError(other(), { file });
  const read = generator.names === 'official' ? readOfficial : readRosinality;
  const found = read(generator, tensorOf, { file, format: `${generator.names} ${container}` });
  if (others.length === 0) return found;
  const { place } = generator;
  const left = others.slice(0, 4).join(', ');
  return { ...found, notes: [`several generators: ${place} is read, ${left} is not`] };
}

/** Says what a file without a generator is. */
function describe(value: PickleValue, { className }: SearchResult<PickleValue>): string {
  const networks = entriesOf(value);
  const isThere = (name: string) => moduleOf(networks?.get(name)) !== undefined;
  if (className !== undefined && (isThere('G_ema') || isThere('G') || !networks?.has('D')))
    return `holds a ${className.slice(0, 80)}, which is no StyleGAN2 generator`;
  if (networks && ['G_ema', 'G', 'D'].some((name) => networks.has(name)))
    return `holds no generator: ${presence(networks)}`;
  return `a pickle of ${describeValue(value)}, not of a StyleGAN2`;
}

function presence(networks: PickleDict): string {
  const show = (name: string) => {
    if (!networks.has(name)) return `no ${name}`;
    return networks.get(name) === null ? `${name} is None` : `a ${name}`;
  };
  return ['G_ema', 'G', 'D'].map(show).join(', ');
}

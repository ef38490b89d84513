import {
  PersistentId,
  PickleGlobal,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from '../src/formats/pickle/pickle_values.ts';
import { rowMajorStrides } from '../src/formats/tensors/strided_tensor.ts';
import { joined, pickle } from './pickle_writer.ts';

/** A tensor to be written. */
export interface PlainTensor {
  readonly shape: readonly number[];
  /** The elements, row-major; f16 as its bits. */
  readonly data: Float32Array | Uint16Array;
}

/** An object that a pickle makes by a call. */
export function call(name: string, ...args: PickleValue[]): PickleObject {
  return new PickleObject(new PickleGlobal(name, 0), args, 0);
}

/** A module as the official programs keep it: class, state, and no source. */
export function persistentModule(
  className: string,
  attributes: readonly (readonly [string, PickleValue])[],
): PickleObject {
  const description = new Map<PickleValue, PickleValue>([
    ['type', 'class'],
    ['version', 6],
    ['module_src', ''],
    ['class_name', className],
    ['state', new Map<PickleValue, PickleValue>(attributes)],
  ]);
  return call('torch_utils.persistence._reconstruct_persistent_obj', description);
}

/** A tensor with its storage as a legacy stream. */
export function torchTensor({ shape, data }: PlainTensor): PickleObject {
  const storage = call('torch.storage._load_from_bytes', torchStream(data));
  const sizes = new PickleTuple([...shape]);
  const strides = new PickleTuple(rowMajorStrides(shape));
  return call(
    'torch._utils._rebuild_tensor_v2',
    storage,
    0,
    sizes,
    strides,
    false,
    orderedDict([]),
  );
}

export function orderedDict(entries: readonly (readonly [string, PickleValue])[]): PickleObject {
  const dict = call('collections.OrderedDict');
  for (const [name, value] of entries) dict.entries.set(name, value);
  return dict;
}

/** One storage in PyTorch's legacy format. */
export function torchStream(data: PlainTensor['data']): Uint8Array<ArrayBuffer> {
  const name = data instanceof Uint16Array ? 'torch.HalfStorage' : 'torch.FloatStorage';
  const type = new PickleGlobal(name, 0);
  const id = new PersistentId(new PickleTuple(['storage', type, '0', 'cpu', data.length, null]), 0);
  const system = new Map<PickleValue, PickleValue>([['little_endian', true]]);
  const count = new BigUint64Array([BigInt(data.length)]);
  const magic = Uint8Array.of(
    0x80,
    2,
    0x8a,
    10,
    0x6c,
    0xfc,
    0x9c,
    0x46,
    0xf9,
    0x20,
    0x6a,
    0xa8,
    0x50,
    0x19,
    0x2e,
  );
  return joined([
    magic,
    pickle(1001),
    pickle(system),
    pickle(id),
    pickle(['0']),
    new Uint8Array(count.buffer),
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  ]);
}

/**
 * Modules from tensors by their paths, e.g. `synthesis.b8.conv0.weight`; tensors that the official programs register as
 * buffers become buffers.
 */
export function moduleTree(
  className: string,
  tensors: ReadonlyMap<string, PlainTensor>,
  attributes: (path: string) => readonly (readonly [string, PickleValue])[] = () => [],
): PickleObject {
  const build = (path: string): PickleObject => {
    const prefix = path === '' ? '' : `${path}.`;
    const inside = [...tensors.keys()].filter((name) => name.startsWith(prefix));
    const heads = new Set(inside.map((name) => name.slice(prefix.length).split('.')[0] ?? ''));
    const parameters: [string, PickleValue][] = [];
    const buffers: [string, PickleValue][] = [];
    const modules: [string, PickleValue][] = [];
    for (const head of heads) {
      const tensor = tensors.get(`${prefix}${head}`);
      if (!tensor) modules.push([head, build(`${prefix}${head}`)]);
      else if (/^(noise_const|w_avg|resample_filter)$/.test(head))
        buffers.push([head, torchTensor(tensor)]);
      else
        parameters.push([
          head,
          call('torch._utils._rebuild_parameter', torchTensor(tensor), true, null),
        ]);
    }
    return persistentModule(path === '' ? className : 'Module', [
      ['training', false],
      ['_parameters', orderedDict(parameters)],
      ['_buffers', orderedDict(buffers)],
      ['_modules', orderedDict(modules)],
      ...attributes(path),
    ]);
  };
  return build('');
}

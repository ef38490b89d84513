import { ByteCursor, type FilePart } from '../byte_cursor.ts';
import { FormatError } from '../errors.ts';
import { unpickle } from '../pickle/pickle.ts';
import type { PickleNames } from '../pickle/pickle_names.ts';
import {
  entriesOf,
  itemsOf,
  type PersistentId,
  PickleGlobal,
  type PickleValue,
} from '../pickle/pickle_values.ts';
import { bytesPerElement, type Dtype } from '../tensors/named_tensors.ts';
import type { Storage } from '../tensors/strided_tensor.ts';

/** How PyTorch's legacy files begin: a pickle of protocol 2 with the number 0x1950a86a20f9469cfc6c. */
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
const protocolVersion = 1001;
/** Their keys are numbers; a long text as one would be copied into each message and entry name. */
const longestKey = 100;

const dtypes: ReadonlyMap<string, Dtype> = new Map([
  ['torch.FloatStorage', 'F32'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.DoubleStorage', 'F64'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ShortStorage', 'I16'],
  ['torch.CharStorage', 'I8'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
]);

/** The classes of storages that a pickle may name. */
export const storageGlobals: readonly string[] = [...dtypes.keys()];

/** The value of a pickle with tensors, and a way to find its storages. */
export interface TorchPickle {
  readonly value: PickleValue;
  /** @throws FormatError for a storage that is missing or too short */
  storage(id: PersistentId): Storage;
}

/** A reference to a storage, as a persistent id gives it. */
export interface StorageName {
  readonly dtype: Dtype;
  readonly key: string;
  /** Number of elements in the whole storage. */
  readonly count: number;
  /** A part of the storage, in elements; only files from before PyTorch 0.4 have one. */
  readonly view?: { readonly first: number; readonly count: number };
}

/** True if the bytes begin as a legacy PyTorch file does. */
export function isTorchStream(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads PyTorch's legacy format, a file of its own or the bytes of one storage in another pickle: pickles in a row
 * (magic number, protocol, system, the value, the list of storages' keys), then each storage: a count, its elements.
 * @param allowed what the value may name
 * @throws FormatError
 */
export function readTorchStream(part: FilePart, allowed: PickleNames): TorchPickle {
  const { file, origin } = part;
  if (!isTorchStream(part.bytes)) {
    throw new FormatError('no PyTorch stream: its magic number is missing', {
      file,
      offset: origin,
    });
  }
  const protocol = unpickle(part, new Set(), magic.length);
  if (protocol.value !== protocolVersion) {
    throw new FormatError('a PyTorch stream of an unknown protocol', { file, offset: origin });
  }
  const system = unpickle(part, new Set(), protocol.end);
  const littleEndian = entriesOf(system.value)?.get('little_endian') !== false;
  const { value, persistentIds, end } = unpickle(part, allowed, system.end);
  const keys = unpickle(part, new Set(), end);
  const names = new Map(
    persistentIds.map((id) => storageName(id, file)).map((name) => [name.key, name]),
  );
  const cursor = new ByteCursor(part, keys.end);
  const storages = new Map<string, Storage>();
  for (const key of itemsOf(keys.value) ?? []) {
    const name = names.get(typeof key === 'string' ? key : '');
    if (!name) throw cursor.error('a storage that no tensor names');
    const count = cursor.u64();
    if (count !== name.count) {
      throw cursor.error(`a storage of ${count} elements, where its name says ${name.count}`);
    }
    const bytes = cursor.take(count * bytesPerElement[name.dtype]);
    storages.set(name.key, { bytes, dtype: name.dtype, littleEndian });
  }
  return {
    value,
    storage(id) {
      const name = storageName(id, file);
      const storage = storages.get(name.key);
      if (!storage) {
        throw new FormatError('the data of a storage are missing', { file, offset: id.offset });
      }
      return viewOf(storage, name, { file, offset: id.offset });
    },
  };
}

/**
 * Reads `('storage', class, key, location, count, [view])`.
 * @throws FormatError for anything else
 */
export function storageName({ id, offset }: PersistentId, file?: string): StorageName {
  const [kind, type, key, , count, view] = itemsOf(id) ?? [];
  const dtype = type instanceof PickleGlobal ? dtypes.get(type.name) : undefined;
  const sound = kind === 'storage' && typeof key === 'string' && isCount(count);
  if (!sound || !dtype || key.length > longestKey)
    throw new FormatError('no name of a storage', { file, offset });
  if (view === undefined || view === null) return { dtype, key, count };
  const [, first, part] = itemsOf(view) ?? [];
  if (!isCount(first) || !isCount(part)) {
    throw new FormatError('no view of a storage', { file, offset });
  }
  return { dtype, key, count, view: { first, count: part } };
}

/** The part of a storage that a reference asks for. @throws FormatError where the storage lacks it */
export function viewOf(
  storage: Storage,
  { dtype, key, count, view }: StorageName,
  location: { file?: string; offset: number },
): Storage {
  const width = bytesPerElement[dtype];
  const { first, count: length } = view ?? { first: 0, count };
  const end = (first + length) * width;
  if (storage.dtype !== dtype || end > storage.bytes.length) {
    throw new FormatError(
      `storage ${key}: ${dtype} up to byte ${end} needed, ${storage.dtype} of ${storage.bytes.length} bytes found`,
      location,
    );
  }
  return { ...storage, bytes: storage.bytes.subarray(first * width, end) };
}

const isCount = (value: PickleValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

import type { FilePart } from '../byte_cursor.ts';
import { FormatError } from '../errors.ts';
import { PickleBytes } from '../pickle/pickle_bytes.ts';
import {
  describeValue,
  itemsOf,
  PersistentId,
  PickleGlobal,
  PickleObject,
  type PickleValue,
  sizesOf,
} from '../pickle/pickle_values.ts';
import { type Storage, StridedTensor } from '../tensors/strided_tensor.ts';
import { readTorchStream, storageGlobals, type TorchPickle } from './torch_stream.ts';

const rebuildParameter = [
  'torch._utils._rebuild_parameter',
  'torch._utils._rebuild_parameter_with_state',
];
const rebuildTensor = ['torch._utils._rebuild_tensor', 'torch._utils._rebuild_tensor_v2'];
const rebuildFromType = 'torch._tensor._rebuild_from_type_v2';
const loadFromBytes = 'torch.storage._load_from_bytes';

const inStream = new Set(storageGlobals);

/** Finds the tensors of a pickle: views of its storages, or of streams that stand in it as bytes. */
export class TorchTensors {
  readonly #pickle: TorchPickle;
  readonly #part: FilePart;
  /** Finds the bytes of values; shared with the other readers of the pickle. */
  readonly bytes = new PickleBytes();
  /** A stream that several tensors share is read once. */
  readonly #streams = new Map<Uint8Array, Storage>();

  /** @param part the file; the bytes of streams are views of it */
  constructor(pickle: TorchPickle, part: FilePart) {
    this.#pickle = pickle;
    this.#part = part;
  }

  /**
   * @param name for messages
   * @returns undefined for a value that is not a tensor
   * @throws FormatError for a tensor whose elements are not all in the file
   */
  tensor(value: PickleValue | undefined, name: string): StridedTensor | undefined {
    const inner = value instanceof PickleObject && value.is(...rebuildParameter);
    const object = inner ? value.args[0] : value;
    const args = argumentsOf(object);
    if (!(object instanceof PickleObject) || !args) {
      if (inner) throw this.#error(`a parameter of ${describeValue(object)}`, value, name);
      return undefined;
    }
    const [storage, offset, shape, strides] = args;
    const sizes = sizesOf(shape);
    const steps = sizesOf(strides);
    if (typeof offset !== 'number' || !sizes || !steps) {
      throw this.#error('a tensor without offset, shape and strides', object, name);
    }
    const view = { offset, shape: sizes, strides: steps };
    const { file } = this.#part;
    return StridedTensor.create(this.#storage(storage, object, name), view, { file, tensor: name });
  }

  #storage(value: PickleValue | undefined, of: PickleObject, name: string): Storage {
    if (value instanceof PersistentId) return this.#pickle.storage(value);
    const stored = value instanceof PickleObject && value.is(loadFromBytes) && value.args[0];
    const bytes = stored ? this.bytes.of(stored) : undefined;
    if (!bytes) {
      throw this.#error(`a tensor whose storage is ${describeValue(value)}`, of, name);
    }
    let storage = this.#streams.get(bytes);
    if (!storage) {
      // Of a copy, offsets count from its own start.
      const inFile = bytes.buffer === this.#part.bytes.buffer;
      const origin = inFile
        ? bytes.byteOffset - this.#part.bytes.byteOffset + this.#part.origin
        : 0;
      const stream = readTorchStream({ bytes, origin, file: this.#part.file }, inStream);
      if (!(stream.value instanceof PersistentId)) {
        throw this.#error('a stream that holds no storage', of, name);
      }
      storage = stream.storage(stream.value);
      this.#streams.set(bytes, storage);
    }
    return storage;
  }

  #error(message: string, { offset }: PickleObject, tensor: string): FormatError {
    return new FormatError(message, { file: this.#part.file, offset, tensor });
  }
}

/** The arguments of the call that makes a tensor; undefined for a value that is none. */
function argumentsOf(value: PickleValue | undefined): readonly PickleValue[] | undefined {
  if (!(value instanceof PickleObject)) return undefined;
  if (value.is(...rebuildTensor)) return value.args;
  // One of a subclass: the function, the class, the function's arguments, what else it has.
  const [inner, , args] = value.is(rebuildFromType) ? value.args : [];
  return inner instanceof PickleGlobal && rebuildTensor.includes(inner.name)
    ? itemsOf(args)
    : undefined;
}

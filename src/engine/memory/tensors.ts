import { DeviceLimitError } from '../../formats/errors.ts';
import { deviceLength, type Layout, pack, unpack, vectorStride } from './layouts.ts';
import { mapForReading } from './mapping.ts';

/** A tensor in device memory: a whole buffer, or an aligned part of one. */
export interface DeviceTensor {
  /** How its values lie in memory. */
  readonly layout: Layout;
  /** Logical shape. */
  readonly shape: readonly number[];
  /** The buffer that it lies in. */
  readonly buffer: GPUBuffer;
  /** Byte offset in the buffer. */
  readonly offset: number;
  /** Its size, padding included. */
  readonly bytes: number;
}

/**
 * Named tensors that live as long as their owner (a model's weights, a session's state). A store sees its parent's
 * tensors as well, so that sessions share a model's weights.
 */
export class TensorStore {
  readonly #device: GPUDevice;
  readonly #parent: TensorStore | undefined;
  readonly #tensors = new Map<string, DeviceTensor>();
  /** Buffers that this store owns, by the tensor each was made for; views and parts own none. */
  readonly #owned = new Map<string, GPUBuffer>();

  constructor(device: GPUDevice, parent?: TensorStore) {
    this.#device = device;
    this.#parent = parent;
  }

  /**
   * Makes a tensor of zeros, or filled with logical `values`.
   * @throws DeviceLimitError where it is larger than the adapter binds.
   */
  create(
    name: string,
    layout: Layout,
    shape: readonly number[],
    values?: ArrayLike<number>,
  ): DeviceTensor {
    if (this.#tensors.has(name)) throw new RangeError(`there is a tensor ${name} already`);
    const bytes = 4 * deviceLength(layout, shape);
    const buffer = createStorageBuffer(this.#device, bytes, name);
    this.#owned.set(name, buffer);
    const tensor = { layout, shape, buffer, offset: 0, bytes };
    this.#tensors.set(name, tensor);
    if (values) this.write(name, values);
    return tensor;
  }

  /** Names row `row` of a `vector` tensor (its first axis) as a tensor of its own. */
  view(name: string, parent: string, row: number): DeviceTensor {
    const whole = this.get(parent);
    const shape = whole.shape.slice(1);
    const length = shape[shape.length - 1];
    if (whole.layout !== 'vector' || length === undefined || row >= whole.shape[0])
      throw new RangeError(`tensor ${parent} has no row ${row} to view`);
    const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const bytes = 4 * rows * vectorStride(length);
    const tensor = {
      layout: whole.layout,
      shape,
      buffer: whole.buffer,
      offset: whole.offset + row * bytes,
      bytes,
    };
    this.#tensors.set(name, tensor);
    return tensor;
  }

  /** Names a part of a tensor's bytes as a `plain` tensor of its own. @param offset a multiple of 256 */
  slice(name: string, parent: string, offset: number, bytes: number): DeviceTensor {
    return this.part(name, parent, { offset, layout: 'plain', shape: [bytes / 4] });
  }

  /** Names a part of a tensor's memory as a tensor of its own. @param offset in bytes, a multiple of 256 */
  part(
    name: string,
    parent: string,
    { offset, layout, shape }: Pick<DeviceTensor, 'offset' | 'layout' | 'shape'>,
  ): DeviceTensor {
    const whole = this.get(parent);
    const bytes = 4 * deviceLength(layout, shape);
    if (offset % bindingAlignment !== 0 || offset + bytes > whole.bytes)
      throw new RangeError(`bytes ${offset} to ${offset + bytes} of ${parent} cannot be bound`);
    const tensor = { layout, shape, buffer: whole.buffer, offset: whole.offset + offset, bytes };
    this.#tensors.set(name, tensor);
    return tensor;
  }

  /** Makes tensors of zeros that share one buffer, so that a kernel can bind any of them together. */
  createTogether(
    name: string,
    tensors: readonly (Pick<DeviceTensor, 'layout' | 'shape'> & { readonly name: string })[],
  ): void {
    let bytes = 0;
    const placed = tensors.map((one) => {
      const offset = bytes;
      bytes += alignedToBind(4 * deviceLength(one.layout, one.shape));
      return { ...one, offset };
    });
    this.create(name, 'plain', [bytes / 4]);
    for (const { name: own, layout, shape, offset } of placed)
      this.part(own, name, { layout, shape, offset });
  }

  /** Writes a tensor, which is made if it is not there. */
  put(name: string, layout: Layout, shape: readonly number[], values?: ArrayLike<number>): void {
    if (!this.#tensors.has(name)) this.create(name, layout, shape, values);
    else if (values) this.write(name, values);
  }

  /** Names memory that another store has. */
  borrow(name: string, tensor: DeviceTensor): void {
    this.#tensors.set(name, tensor);
  }

  /** Makes a tensor of zeros; one that has this name and shape already stays as it is. */
  ensure(name: string, layout: Layout, shape: readonly number[]): void {
    const known = this.#tensors.get(name);
    if (known?.layout === layout && known.shape.join() === shape.join()) return;
    this.delete(name);
    this.create(name, layout, shape);
  }

  find(name: string): DeviceTensor | undefined {
    return this.#tensors.get(name) ?? this.#parent?.find(name);
  }

  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  get(name: string): DeviceTensor {
    const tensor = this.find(name);
    if (!tensor) throw new RangeError(`there is no tensor ${name}`);
    return tensor;
  }

  /** Fills a tensor with logical values. */
  write(name: string, values: ArrayLike<number>): void {
    const { layout, shape, buffer, offset } = this.get(name);
    this.#device.queue.writeBuffer(buffer, offset, pack(layout, shape, values));
  }

  /** Reads a tensor's logical values, once all submitted work is done. */
  async read(name: string): Promise<Float32Array<ArrayBuffer>> {
    return readTensor(this.#device, this.get(name));
  }

  /** Bytes of the buffers that this store owns. */
  get bytes(): number {
    return [...this.#owned.values()].reduce((sum, buffer) => sum + buffer.size, 0);
  }

  /** Forgets the name of a tensor of this store, and frees its memory unless it is another one's part. */
  delete(name: string): void {
    this.#tensors.delete(name);
    this.#owned.get(name)?.destroy();
    this.#owned.delete(name);
  }

  destroy(): void {
    for (const buffer of this.#owned.values()) buffer.destroy();
    this.#owned.clear();
    this.#tensors.clear();
  }
}

/** Bytes to whose multiples parts of a buffer are bound: WebGPU's default alignment. */
const bindingAlignment = 256;

/** Bytes from a tensor's beginning to where the next one in a buffer can be bound. */
export const alignedToBind = (bytes: number): number =>
  Math.ceil(bytes / bindingAlignment) * bindingAlignment;

/** Bytes of the largest tensor that the device can bind. */
export const largestBinding = ({ limits }: GPUDevice): number =>
  Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);

/** A buffer for kernels and copies. @throws DeviceLimitError where the adapter has no buffer of that size. */
export function createStorageBuffer(device: GPUDevice, bytes: number, label: string): GPUBuffer {
  const available = largestBinding(device);
  if (bytes > available)
    throw new DeviceLimitError({ what: `bytes for tensor ${label}`, needed: bytes, available });
  return device.createBuffer({
    label,
    size: Math.max(16, bytes),
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
}

/** Copies a tensor back to the processor. */
export async function readTensor(
  device: GPUDevice,
  tensor: DeviceTensor,
): Promise<Float32Array<ArrayBuffer>> {
  const staging = device.createBuffer({
    label: 'read-back',
    size: tensor.bytes,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(tensor.buffer, tensor.offset, staging, 0, tensor.bytes);
    device.queue.submit([encoder.finish()]);
    await mapForReading(staging);
    return unpack(tensor.layout, tensor.shape, new Float32Array(staging.getMappedRange()));
  } finally {
    staging.destroy();
  }
}

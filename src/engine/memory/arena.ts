import { createStorageBuffer } from './tensors.ts';

/** When a short-lived tensor is alive: from the step that first writes it to the last that touches it, inclusive. */
export interface Lifetime {
  readonly name: string;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Buffers for tensors that live within one run of a plan. Tensors whose lifetimes do not meet share a buffer, and
 * so do all plans that use one arena, because the queue runs them one after the other.
 */
export class Arena {
  readonly #device: GPUDevice;
  readonly #buffers: GPUBuffer[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Bytes of all buffers. */
  get bytes(): number {
    return this.#buffers.reduce((sum, buffer) => sum + buffer.size, 0);
  }

  /**
   * A buffer for each lifetime: the smallest free one that is large enough, or a new one. Of tensors that begin at the
   * same step the largest chooses first.
   * @throws DeviceLimitError where the adapter has no buffer of a tensor's size.
   */
  place(lifetimes: readonly Lifetime[]): Map<string, GPUBuffer> {
    const placed = new Map<string, GPUBuffer>();
    const free = [...this.#buffers];
    const busy: { buffer: GPUBuffer; last: number }[] = [];
    const inOrder = [...lifetimes].sort((a, b) => a.first - b.first || b.bytes - a.bytes);
    for (const { name, bytes, first, last } of inOrder) {
      for (let i = busy.length - 1; i >= 0; i--)
        if (busy[i].last < first) free.push(...busy.splice(i, 1).map((lease) => lease.buffer));
      const fitting = free
        .filter((buffer) => buffer.size >= bytes && buffer.size <= 4 * Math.max(bytes, 65536))
        .sort((a, b) => a.size - b.size);
      let buffer = fitting[0];
      if (buffer) {
        free.splice(free.indexOf(buffer), 1);
      } else {
        buffer = createStorageBuffer(this.#device, bytes, `arena for ${name}`);
        this.#buffers.push(buffer);
      }
      busy.push({ buffer, last });
      placed.set(name, buffer);
    }
    return placed;
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.length = 0;
  }
}

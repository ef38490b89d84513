/** Counts the bytes of all buffers that a device has at once. */
export class MemoryWatch {
  #now = 0;
  #peak = 0;
  readonly #restore: () => void;

  /** From now on; buffers that are there already do not count. */
  constructor(device: GPUDevice) {
    const create = device.createBuffer;
    device.createBuffer = (descriptor) => {
      const buffer = create.call(device, descriptor);
      this.#grow(descriptor.size);
      const destroy = buffer.destroy;
      let there = true;
      buffer.destroy = () => {
        if (there) this.#grow(-descriptor.size);
        there = false;
        destroy.call(buffer);
      };
      return buffer;
    };
    this.#restore = () => {
      device.createBuffer = create;
    };
  }

  get bytes(): number {
    return this.#now;
  }

  get peak(): number {
    return this.#peak;
  }

  /** Watches no new buffers any more. */
  end(): void {
    this.#restore();
  }

  #grow(bytes: number): void {
    this.#now += bytes;
    this.#peak = Math.max(this.#peak, this.#now);
  }
}

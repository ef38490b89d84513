/** Counts the bytes of all buffers that a device has at once. */
export class MemoryWatch {
  #now = 0;
  #peak = 0;
  readonly #restore: () => void;

  /** Counts from now on, without the buffers that the device already has. */
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

  /** Stops counting new buffers. */
  end(): void {
    this.#restore();
  }

  #grow(bytes: number): void {
    this.#now += bytes;
    this.#peak = Math.max(this.#peak, this.#now);
  }
}

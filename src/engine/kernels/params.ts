import type { ParamField, Shader } from './shaders.ts';

/** WebGPU's default alignment of a uniform binding's offset. */
const alignment = 256;

interface Slot {
  readonly label: string;
  readonly shader: Shader;
  readonly offset: number;
}

/** The uniform `params` of every step of a plan, in one buffer. */
export class ParamsBuffer {
  readonly #device: GPUDevice;
  readonly #slots: Slot[] = [];
  #values = new DataView(new ArrayBuffer(0));
  #buffer: GPUBuffer | undefined;
  #changed = true;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * Reserves a slot and fills it.
   * @throws RangeError where a field of `struct Params` has no value.
   */
  add(label: string, shader: Shader, values: Readonly<Record<string, number>>): number {
    const offset = this.#values.byteLength;
    const size = Math.ceil(Math.max(shader.paramsSize, 1) / alignment) * alignment;
    const grown = new Uint8Array(offset + size);
    grown.set(new Uint8Array(this.#values.buffer));
    this.#values = new DataView(grown.buffer);
    for (const field of shader.params) {
      const value = values[field.name];
      if (value === undefined)
        throw new RangeError(
          `${label}: Params.${field.name} of shaders/${shader.name}.wgsl has no value; there are ${Object.keys(values).join(', ')}`,
        );
      this.#put(offset, field, value);
    }
    return this.#slots.push({ label, shader, offset }) - 1;
  }

  /** Sets fields in all slots with this label. @throws RangeError for a label or a field that is not there. */
  set(label: string, values: Readonly<Record<string, number>>): void {
    const unset = new Set(Object.keys(values));
    for (const slot of this.#slots.filter((slot) => slot.label === label))
      for (const field of slot.shader.params) {
        const value = values[field.name];
        if (value === undefined) continue;
        unset.delete(field.name);
        this.#put(slot.offset, field, value);
      }
    if (unset.size > 0)
      throw new RangeError(`no step ${label} has the parameters ${[...unset].join(', ')}`);
    this.#changed = true;
  }

  /** Makes the buffer, once all slots are added. */
  allocate(): void {
    this.#buffer = this.#device.createBuffer({
      label: 'params',
      size: Math.max(alignment, this.#values.byteLength),
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
  }

  binding(slot: number): GPUBufferBinding {
    const { offset, shader } = this.#slots[slot];
    return { buffer: this.#allocated(), offset, size: shader.paramsSize };
  }

  /** Uploads what has changed. */
  flush(): void {
    if (!this.#changed) return;
    this.#device.queue.writeBuffer(this.#allocated(), 0, this.#values.buffer);
    this.#changed = false;
  }

  destroy(): void {
    this.#buffer?.destroy();
  }

  #allocated(): GPUBuffer {
    if (!this.#buffer) throw new RangeError('the parameters have no buffer before allocate()');
    return this.#buffer;
  }

  #put(offset: number, field: ParamField, value: number): void {
    const at = offset + field.offset;
    if (field.type === 'f32') this.#values.setFloat32(at, value, true);
    else if (field.type === 'u32') this.#values.setUint32(at, value, true);
    else this.#values.setInt32(at, value, true);
  }
}

/**
 * A device that runs nothing: it keeps what is recorded, so that a plan can be counted as any adapter would get it, in
 * seconds and without one.
 */

/** A dispatch as it was recorded, with the bind group that tells which step of a plan it is. */
export interface RecordedDispatch {
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: number;
  /** True if Dawn would put a barrier before it. */
  readonly barrier: boolean;
}

/** Everything that was submitted since the last `clear`. */
export interface Recording {
  readonly dispatches: RecordedDispatch[];
  clears: number;
  copies: number;
}

/** The limits of a desktop GPU as browsers report them. */
const limits = {
  maxBufferSize: 2 ** 32,
  maxStorageBufferBindingSize: 2 ** 31 - 4,
  maxStorageBuffersPerShaderStage: 10,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16384,
};

/** WebGPU's constants, which a browser, or Dawn in Node, puts on `globalThis`. */
const constants = {
  GPUBufferUsage: {
    MAP_READ: 1,
    MAP_WRITE: 2,
    COPY_SRC: 4,
    COPY_DST: 8,
    UNIFORM: 64,
    STORAGE: 128,
  },
  GPUShaderStage: { COMPUTE: 4 },
  GPUMapMode: { READ: 1, WRITE: 2 },
};

/** What a bind group of this device keeps: its buffers, and which of them may be written. */
interface Uses {
  readonly buffer: GPUBuffer;
  readonly writable: boolean;
}

/** A device whose queue only counts. Its buffers read as zeros. */
export class CountingDevice {
  readonly device: GPUDevice;
  /** Compute pipelines that were made. */
  pipelines = 0;
  #recording: Recording = { dispatches: [], clears: 0, copies: 0 };

  constructor() {
    for (const [name, value] of Object.entries(constants))
      if (!(name in globalThis)) Object.assign(globalThis, { [name]: value });
    const members = {
      limits,
      features: new Set(['timestamp-query', 'shader-f16', 'subgroups']),
      lost: new Promise<never>(() => {}),
      queue: {
        writeBuffer() {},
        submit: (recorded: Recording[]) => this.#submit(recorded),
        onSubmittedWorkDone: async () => {},
      },
      createBuffer: ({ size, label }: GPUBufferDescriptor) => ({
        size,
        label,
        destroy() {},
        mapAsync: async () => {},
        getMappedRange: (_offset = 0, bytes = size) => new ArrayBuffer(bytes),
        unmap() {},
      }),
      createShaderModule: ({ label }: GPUShaderModuleDescriptor) => ({
        label,
        getCompilationInfo: async () => ({ messages: [] }),
      }),
      createBindGroupLayout: (descriptor: GPUBindGroupLayoutDescriptor) => descriptor,
      createPipelineLayout: (descriptor: GPUPipelineLayoutDescriptor) => descriptor,
      createBindGroup: usesOf,
      createComputePipelineAsync: async (descriptor: GPUComputePipelineDescriptor) => {
        this.pipelines++;
        return descriptor;
      },
      createCommandEncoder: () => new CountingEncoder(),
      destroy() {},
    } satisfies Partial<Record<keyof GPUDevice, unknown>>;
    // The engine asks for no more of a device than these.
    this.device = members as unknown as GPUDevice;
  }

  /** What was submitted since the last call. */
  take(): Recording {
    const taken = this.#recording;
    this.#recording = { dispatches: [], clears: 0, copies: 0 };
    return taken;
  }

  #submit(recorded: Recording[]): void {
    for (const { dispatches, clears, copies } of recorded) {
      this.#recording.dispatches.push(...dispatches);
      this.#recording.clears += clears;
      this.#recording.copies += copies;
    }
  }
}

/** The storage buffers of a bind group; a layout of this device is its descriptor. */
function usesOf({ layout, entries }: GPUBindGroupDescriptor): readonly Uses[] {
  const { entries: types } = layout as unknown as GPUBindGroupLayoutDescriptor;
  const typeOf = new Map([...types].map(({ binding, buffer }) => [binding, buffer?.type]));
  return [...entries].flatMap(({ binding, resource }) => {
    const type = typeOf.get(binding);
    if (type === 'uniform' || typeof resource !== 'object' || !('buffer' in resource)) return [];
    return [{ buffer: resource.buffer, writable: type === 'storage' }];
  });
}

/**
 * Counts what is recorded onto it. Barriers stand where Dawn's backends put them: before a dispatch that reads or writes
 * a buffer which was written since the last barrier, or writes one which was read since. Whole buffers count, whatever
 * part of them is bound; a pass begins without anything to wait for but what the pass before it wrote.
 */
class CountingEncoder {
  readonly #recording: Recording = { dispatches: [], clears: 0, copies: 0 };
  #read = new Set<GPUBuffer>();
  #written = new Set<GPUBuffer>();
  #bindGroup: GPUBindGroup | undefined;

  beginComputePass(): this {
    return this;
  }

  setPipeline(): void {}

  setBindGroup(_index: number, bindGroup: GPUBindGroup): void {
    this.#bindGroup = bindGroup;
  }

  dispatchWorkgroups(x: number, y = 1): void {
    const bindGroup = this.#bindGroup;
    if (!bindGroup) throw new RangeError('a dispatch was recorded before its bind group');
    const uses = bindGroup as unknown as readonly Uses[];
    const barrier = uses.some(
      ({ buffer, writable }) => this.#written.has(buffer) || (writable && this.#read.has(buffer)),
    );
    if (barrier) {
      this.#read.clear();
      this.#written.clear();
    }
    for (const { buffer, writable } of uses) (writable ? this.#written : this.#read).add(buffer);
    this.#recording.dispatches.push({ bindGroup, workgroups: x * y, barrier });
  }

  clearBuffer(): void {
    this.#recording.clears++;
  }

  copyBufferToBuffer(): void {
    this.#recording.copies++;
  }

  end(): void {}

  finish(): Recording {
    return this.#recording;
  }
}

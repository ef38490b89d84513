import { relativeDifference } from './statistics.ts';

/** Kernels of src/bench/matmul.wgsl, and how many values of C one workgroup computes. */
const variants = { direct: 4 * 4 * 64, tiled: 64 * 64 } as const;
export type MatmulVariant = keyof typeof variants;
const variantNames: readonly MatmulVariant[] = ['direct', 'tiled'];

export const matmulSide = 1024;
export const matmulFlops = 2 * matmulSide ** 3;
/** Largest relative difference from the product in f64, for f32 sums of 1024 products. */
const tolerance = 1e-4;
/** Rows of the product that are compared with one in f64. */
const checkedRows = [0, 517, 1023];

/** Our plain matrix product of 1024³ on a device, by whichever of its kernels is the faster there. */
export class Matmul {
  private constructor(
    private readonly device: GPUDevice,
    readonly variant: MatmulVariant,
    private readonly pipeline: GPUComputePipeline,
    private readonly bindGroup: GPUBindGroup,
    private readonly buffers: readonly GPUBuffer[],
  ) {}

  /**
   * Compiles and checks both kernels, and keeps the faster.
   * @param code src/bench/matmul.wgsl
   * @throws Error where a product is wrong
   */
  static async best(device: GPUDevice, code: string): Promise<Matmul> {
    const module = device.createShaderModule({ label: 'matmul', code });
    const size = 4 * matmulSide ** 2;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const uniform = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const [a, b, c] = [0, 1, 2].map(() => device.createBuffer({ size, usage }));
    const params = device.createBuffer({ size: 16, usage: uniform });
    const [left, right] = [0.7, 1.3].map((frequency) =>
      Float32Array.from({ length: matmulSide ** 2 }, (_, i) => Math.sin(frequency * i)),
    );
    device.queue.writeBuffer(a, 0, left);
    device.queue.writeBuffer(b, 0, right);
    device.queue.writeBuffer(params, 0, new Uint32Array([matmulSide]));
    const types = ['uniform', 'read-only-storage', 'read-only-storage', 'storage'] as const;
    const layout = device.createBindGroupLayout({
      entries: types.map((type, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type },
      })),
    });
    const entries = [params, a, b, c].map((buffer, binding) => ({ binding, resource: { buffer } }));
    const bindGroup = device.createBindGroup({ layout, entries });
    const pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [layout] });
    const made: { matmul: Matmul; milliseconds: number }[] = [];
    for (const variant of variantNames) {
      const compute = { module, entryPoint: variant };
      const pipeline = await device.createComputePipelineAsync({ layout: pipelineLayout, compute });
      const matmul = new Matmul(device, variant, pipeline, bindGroup, [a, b, c, params]);
      await matmul.time();
      await matmul.#check(c, left, right);
      made.push({ matmul, milliseconds: await matmul.time() });
    }
    return made.reduce((best, one) => (one.milliseconds < best.milliseconds ? one : best)).matmul;
  }

  /** Milliseconds of one product. */
  async time(): Promise<number> {
    const { queue } = this.device;
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, this.bindGroup);
    pass.dispatchWorkgroups(matmulSide ** 2 / variants[this.variant]);
    pass.end();
    const commands = encoder.finish();
    await queue.onSubmittedWorkDone();
    const began = performance.now();
    queue.submit([commands]);
    await queue.onSubmittedWorkDone();
    return performance.now() - began;
  }

  destroy(): void {
    for (const buffer of this.buffers) buffer.destroy();
  }

  async #check(c: GPUBuffer, left: Float32Array, right: Float32Array): Promise<void> {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const staging = this.device.createBuffer({ size: c.size, usage });
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(c, 0, staging, 0, c.size);
    this.device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const product = new Float32Array(staging.getMappedRange());
    for (const row of checkedRows) {
      const expected = new Float64Array(matmulSide);
      for (let k = 0; k < matmulSide; k++)
        for (let column = 0; column < matmulSide; column++)
          expected[column] += left[row * matmulSide + k] * right[k * matmulSide + column];
      const actual = product.subarray(row * matmulSide, (row + 1) * matmulSide);
      const difference = relativeDifference(actual, expected);
      if (difference > tolerance) throw new Error(`matmul ${this.variant} is off by ${difference}`);
    }
    staging.destroy();
  }
}

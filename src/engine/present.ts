import type { PipelineCache } from './pipelines.ts';
import { ShaderError } from './shaders.ts';
import type { DeviceTensor } from './tensors.ts';

/** Something that shows an image from device memory. */
export interface ImageSink {
  /** Shows sample 0 of `image` (N,C,H,W in the `map` layout, values in [−1, 1]), as it is once all submitted work is done. */
  draw(image: DeviceTensor): void;
}

/** What the presenter needs of a canvas's WebGPU context. */
export type PresentationContext = Pick<GPUCanvasContext, 'configure' | 'getCurrentTexture'>;

/** Words of `struct Params` of shaders/present.wgsl. */
const paramsBytes = 16;

/** Draws images onto a WebGPU canvas that fills its element; nothing is read back. */
export class Presenter implements ImageSink {
  /** Interpolate between image pixels (Catmull-Rom), or show each as a square. */
  bicubic = true;
  readonly #device: GPUDevice;
  readonly #context: PresentationContext;
  readonly #pipeline: GPURenderPipeline;
  readonly #params: GPUBuffer;

  private constructor(
    device: GPUDevice,
    context: PresentationContext,
    pipeline: GPURenderPipeline,
  ) {
    this.#device = device;
    this.#context = context;
    this.#pipeline = pipeline;
    this.#params = device.createBuffer({
      label: 'present params',
      size: paramsBytes,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
  }

  /**
   * Configures the canvas for the device.
   * @throws ShaderError with the line where shaders/present.wgsl does not compile
   */
  static async create(
    engine: { readonly device: GPUDevice; readonly pipelines: PipelineCache },
    context: PresentationContext,
  ): Promise<Presenter> {
    const { device, pipelines } = engine;
    const { code } = await pipelines.shader('present');
    const module = device.createShaderModule({ label: 'present', code });
    const { messages } = await module.getCompilationInfo();
    const error = messages.find(({ type }) => type === 'error');
    if (error) throw new ShaderError('present', error.message, error.lineNum);
    // Not the preferred format: bytes in a fixed order are the same on every machine, and the copy is the browser's.
    const format = 'rgba8unorm';
    const pipeline = await device.createRenderPipelineAsync({
      label: 'present',
      layout: 'auto',
      vertex: { module, entryPoint: 'vertex' },
      fragment: { module, entryPoint: 'fragment', targets: [{ format }] },
    });
    context.configure({ device, format, alphaMode: 'opaque' });
    return new Presenter(device, context, pipeline);
  }

  draw(image: DeviceTensor): void {
    const [, channels, side] = image.shape;
    const target = this.#context.getCurrentTexture();
    this.#device.queue.writeBuffer(
      this.#params,
      0,
      new Uint32Array([side, channels, target.width, this.bicubic ? 1 : 0]),
    );
    const encoder = this.#device.createCommandEncoder({ label: 'present' });
    const pass = encoder.beginRenderPass({
      colorAttachments: [{ view: target.createView(), loadOp: 'clear', storeOp: 'store' }],
    });
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(
      0,
      this.#device.createBindGroup({
        layout: this.#pipeline.getBindGroupLayout(0),
        entries: [
          { binding: 0, resource: { buffer: this.#params } },
          {
            binding: 1,
            resource: { buffer: image.buffer, offset: image.offset, size: image.bytes },
          },
        ],
      }),
    );
    pass.draw(3);
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  destroy(): void {
    this.#params.destroy();
  }
}

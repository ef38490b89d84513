import type { PipelineCache } from './kernels/pipelines.ts';
import { ShaderError } from './kernels/shaders.ts';
import { deviceLength } from './memory/layouts.ts';
import { createStorageBuffer, type DeviceTensor } from './memory/tensors.ts';

/** Something that shows an image from device memory. */
export interface ImageSink {
  /** Shows sample 0 of `image` (N,C,H,W in the `map` layout, values in [−1, 1]) once all submitted work is done. */
  draw(image: DeviceTensor): void;
}

/** The part of a canvas's WebGPU context that the presenter uses. */
export type PresentationContext = Pick<GPUCanvasContext, 'configure' | 'getCurrentTexture'>;

/** Words of `struct Params` of shaders/present.wgsl. */
const paramsBytes = 24;

/** A copy of the last image, since its tensor may hold another one when it has to be drawn again. */
interface Shown {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly buffer: GPUBuffer;
  readonly bindGroup: GPUBindGroup;
}

/** Draws images onto a WebGPU canvas that fills its element; nothing is read back. */
export class Presenter implements ImageSink {
  /** True to interpolate between image pixels (Catmull-Rom), false to show each as a square. */
  bicubic = true;
  #shown: Shown | undefined;
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

  /** Copies the image and shows it. */
  draw(image: DeviceTensor): void {
    const [, channels, height, width] = image.shape;
    const shown = this.#shown;
    const fits = shown?.height === height && shown.width === width && shown.channels === channels;
    this.#shown = fits ? shown : this.#keep(channels, height, width);
    const { buffer } = this.#shown;
    const encoder = this.#device.createCommandEncoder({ label: 'present' });
    encoder.copyBufferToBuffer(image.buffer, image.offset, buffer, 0, buffer.size);
    this.#render(encoder, this.#shown);
  }

  /** Draws the last image again, for a canvas that lost it or another kind of interpolation. */
  redraw(): void {
    if (this.#shown) this.#render(this.#device.createCommandEncoder(), this.#shown);
  }

  /** Frees its memory on the device; the canvas keeps what it shows. */
  destroy(): void {
    this.#params.destroy();
    this.#shown?.buffer.destroy();
  }

  #keep(channels: number, height: number, width: number): Shown {
    this.#shown?.buffer.destroy();
    const bytes = 4 * deviceLength('map', [1, channels, height, width]);
    const buffer = createStorageBuffer(this.#device, bytes, 'shown image');
    const bindGroup = this.#device.createBindGroup({
      label: 'present',
      layout: this.#pipeline.getBindGroupLayout(0),
      entries: [
        { binding: 0, resource: { buffer: this.#params } },
        { binding: 1, resource: { buffer } },
      ],
    });
    return { height, width, channels, buffer, bindGroup };
  }

  #render(encoder: GPUCommandEncoder, { height, width, channels, bindGroup }: Shown): void {
    const target = this.#context.getCurrentTexture();
    const canvas = [target.height, target.width];
    const words = new Uint32Array([height, width, ...canvas, channels, this.bicubic ? 1 : 0]);
    this.#device.queue.writeBuffer(this.#params, 0, words);
    const pass = encoder.beginRenderPass({
      colorAttachments: [{ view: target.createView(), loadOp: 'clear', storeOp: 'store' }],
    });
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.draw(3);
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }
}

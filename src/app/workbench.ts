import { Presenter } from '../engine/present.ts';
import {
  type DragOptions,
  type DragSession,
  type Engine,
  loadModel,
  type Model,
  openEngine,
  useTuning,
} from '../index.ts';
import { Frames } from './frames.ts';
import { readKeptTunings } from './kept_tuning.ts';
import type { ModelFile } from './model_source.ts';
import { shaderSource } from './shaders.ts';

/** @param fraction of this stage; undefined where nobody knows */
export type Progress = (fraction: number | undefined, what: string) => void;

/** What a workbench is made of, again and again where devices get lost. */
export interface Materials {
  readonly gpu: GPU;
  readonly canvas: HTMLCanvasElement;
  readonly file: ModelFile;
  readonly progress: Progress;
}

/** All that lives on one device: the model, the session, and what draws the session's picture onto the canvas. */
export class Workbench {
  readonly frames: Frames;
  #smooth = true;

  private constructor(
    readonly engine: Engine,
    readonly model: Model,
    readonly session: DragSession,
    private readonly context: GPUCanvasContext,
    private presenter: Presenter,
    failed: (error: unknown) => void,
  ) {
    this.frames = new Frames(() => this.show(), failed);
  }

  /**
   * @param latent gives the session's ws, once there is a model
   * @throws NoAdapterError, DeviceLimitError, FormatError, UnsupportedModelError, ShaderError
   */
  static async set(
    { gpu, canvas, file, progress }: Materials,
    latent: (model: Model) => Promise<Float32Array>,
    options: Partial<DragOptions>,
    failed: (error: unknown) => void,
  ): Promise<Workbench> {
    const engine = await openEngine(gpu, { shaders: shaderSource });
    await useTuning(engine, readKeptTunings());
    const model = await loadModel(engine, file.bytes, { file: file.name, onProgress: progress });
    progress(undefined, 'compiling the kernels');
    const session = await model.createDragSession(await latent(model), options);
    const context = canvas.getContext('webgpu');
    if (!context) throw new Error('this browser cannot draw on a canvas with WebGPU');
    const presenter = await Presenter.create(engine, context);
    return new Workbench(engine, model, session, context, presenter, failed);
  }

  set smooth(smooth: boolean) {
    this.#smooth = smooth;
    this.presenter.bicubic = smooth;
    this.presenter.redraw();
  }

  /** Draws the last picture again at once, on a canvas that lost it. */
  redraw(): void {
    this.presenter.redraw();
  }

  /** Draws the session's current picture. Frames are asked for through `frames`. */
  show(): Promise<void> {
    return this.session.show(this.presenter);
  }

  /**
   * Goes on with an edited shader.
   * @throws ShaderError where it does not compile; then nothing has changed
   */
  async reloadShader(name: string): Promise<void> {
    await this.engine.pipelines.reload(name);
    if (name === 'present') {
      const presenter = await Presenter.create(this.engine, this.context);
      presenter.bicubic = this.#smooth;
      this.presenter.destroy();
      this.presenter = presenter;
    }
    this.frames.request();
  }
}

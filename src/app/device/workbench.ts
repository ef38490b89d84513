import { Presenter } from '../../engine/present.ts';
import {
  createModel,
  type DragOptions,
  type DragSession,
  type Engine,
  type Model,
  openEngine,
  useKernelChoices,
} from '../../library/api.ts';
import type { ReadModel } from '../files/model_reader.ts';
import type { Progress } from '../state/progress.ts';
import { Frames } from './frames.ts';
import { readKeptChoices } from './kept_kernel_choices.ts';
import { shaderSource } from './shaders.ts';

/** What any workbench is made of, again and again where devices get lost. */
export interface Materials {
  readonly gpu: GPU;
  readonly canvas: HTMLCanvasElement;
}

/** The edit that a workbench is set up for. */
export interface Work {
  readonly source: ReadModel;
  /** Gives the session's ws, once there is a model. */
  readonly latent: (model: Model) => Promise<Float32Array>;
  readonly options: Partial<DragOptions>;
  readonly progress: Progress;
  readonly failed: (error: unknown) => void;
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

  /** @throws NoAdapterError, DeviceLimitError, ShaderError */
  static async set({ gpu, canvas }: Materials, work: Work): Promise<Workbench> {
    const engine = await openEngine(gpu, { shaders: shaderSource });
    await useKernelChoices(engine, readKeptChoices());
    const { model, session } = await load(engine, work);
    const context = canvas.getContext('webgpu');
    if (!context) throw new Error('this browser cannot draw on a canvas with WebGPU');
    const presenter = await Presenter.create(engine, context);
    return new Workbench(engine, model, session, context, presenter, work.failed);
  }

  /**
   * The workbench of another model on the same device. This one is as it was until `clear`: both are on the device until
   * then, so that nothing is lost where there is no room.
   * @throws DeviceLimitError, ShaderError
   */
  async setAnother(work: Work): Promise<Workbench> {
    const { model, session } = await load(this.engine, work);
    try {
      const presenter = await Presenter.create(this.engine, this.context);
      presenter.bicubic = this.#smooth;
      const { engine, context } = this;
      const bench = new Workbench(engine, model, session, context, presenter, work.failed);
      bench.#smooth = this.#smooth;
      return bench;
    } catch (error) {
      await session.destroy();
      model.destroy();
      throw error;
    }
  }

  /** Ends the run, and frees the device memory of all but the device itself. */
  async clear(): Promise<void> {
    await this.frames.end();
    await this.session.destroy();
    this.model.destroy();
    this.presenter.destroy();
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

async function load(engine: Engine, { source, latent, options, progress }: Work) {
  const model = await createModel(engine, source.weights, { onProgress: progress });
  try {
    progress(undefined, 'compiling the kernels');
    return { model, session: await model.createDragSession(await latent(model), options) };
  } catch (error) {
    model.destroy();
    throw error;
  }
}

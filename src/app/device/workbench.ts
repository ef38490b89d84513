import {
  createModel,
  type DeviceTensor,
  type DragSession,
  type Engine,
  type Model,
  openEngine,
  type Point,
  Presenter,
  readImage,
  useKernelChoices,
} from '../../library/api.ts';
import type { ReadModel } from '../files/model_reader.ts';
import type { Document } from '../state/document.ts';
import type { Progress } from '../state/progress.ts';
import type { SeenPicture } from '../state/view.ts';
import { findBasis } from './find_basis.ts';
import { FollowedSession } from './followed_session.ts';
import { type FrameListener, Frames } from './frames.ts';
import { readKeptChoices } from './kept_kernel_choices.ts';
import { shaderSource } from './shaders.ts';

/** What every workbench is set up with: the first, and those after lost devices. */
export interface Materials {
  readonly gpu: GPU;
  readonly canvas: HTMLCanvasElement;
}

/** Where a device is to be brought. */
export interface Destination {
  readonly model: ReadModel;
  /** Gives the document, once its model is on the device. */
  readonly document: (model: Model) => Promise<Document>;
  readonly progress: Progress;
  /** Leaves all as it is, once it is aborted. */
  readonly signal?: AbortSignal;
}

/** How pictures are drawn, and who hears of it. */
export interface Drawing extends FrameListener {
  readonly smooth: boolean;
  /** Gets pictures that were shown, while they are read back. */
  readonly seen: (picture: SeenPicture) => void;
}

/** All that lives on one device: the model, the session, and what draws the session's picture onto the canvas. */
export class Workbench {
  readonly frames: Frames;
  /** Whether pictures that are shown are read back, too. */
  reads = true;
  #comparing = false;

  private constructor(
    readonly engine: Engine,
    readonly model: Model,
    readonly followed: FollowedSession,
    private readonly context: GPUCanvasContext,
    private presenter: Presenter,
    private readonly listener: Omit<Drawing, 'smooth'>,
  ) {
    this.frames = new Frames(() => this.show(), listener);
  }

  /** @throws NoAdapterError, DeviceLimitError, ShaderError */
  static async set(
    { gpu, canvas }: Materials,
    destination: Destination,
    drawing: Drawing,
  ): Promise<Workbench> {
    const engine = await openEngine(gpu, { shaders: shaderSource });
    await useKernelChoices(engine, readKeptChoices());
    const context = canvas.getContext('webgpu');
    if (!context) throw new Error('this browser cannot draw on a canvas with WebGPU');
    return Workbench.load(engine, context, destination, drawing);
  }

  /**
   * The workbench of another model on the same device. This one stays as it is until `clear`: both are on the device
   * until then, so that nothing is lost where there is no room.
   * @throws DeviceLimitError, ShaderError
   */
  setAnother(destination: Destination, drawing: Drawing): Promise<Workbench> {
    return Workbench.load(this.engine, this.context, destination, drawing);
  }

  get session(): DragSession {
    return this.followed.session;
  }

  /** Ends the run, and frees the device memory of all but the device itself. */
  async clear(): Promise<void> {
    await this.frames.end();
    await this.session.destroy();
    this.model.destroy();
    this.presenter.destroy();
  }

  set smooth(smooth: boolean) {
    this.presenter.bicubic = smooth;
    this.presenter.redraw();
  }

  /** Draws the last picture again at once, on a canvas that lost it. */
  redraw(): void {
    this.presenter.redraw();
  }

  /** Draws the session's picture as it is, or as it was generated. Frames are asked for through `frames`. */
  show(): Promise<void> {
    if (this.#comparing) return this.session.showInitial(this.presenter);
    const handles = this.session.points.map(({ handle }) => handle);
    return this.session.show({
      draw: (image) => {
        this.presenter.draw(image);
        if (this.reads) void this.#read(image, handles);
      },
    });
  }

  async #read(tensor: DeviceTensor, handles: readonly Point[]): Promise<void> {
    try {
      this.listener.seen({ image: await readImage(this.engine.device, tensor), handles });
    } catch {
      // A device that is lost is told of elsewhere.
    }
  }

  /** Whether the picture is seen as it was generated. */
  set comparing(comparing: boolean) {
    if (comparing === this.#comparing) return;
    this.#comparing = comparing;
    this.frames.request();
  }

  /**
   * Goes on with an edited shader.
   * @throws ShaderError where it does not compile; then nothing has changed
   */
  async reloadShader(name: string): Promise<void> {
    await this.engine.pipelines.reload(name);
    if (name === 'present') {
      const presenter = await Presenter.create(this.engine, this.context);
      presenter.bicubic = this.presenter.bicubic;
      this.presenter.destroy();
      this.presenter = presenter;
    }
    this.frames.request();
  }

  /** @throws DeviceLimitError, ShaderError */
  private static async load(
    engine: Engine,
    context: GPUCanvasContext,
    { model: source, document, progress }: Destination,
    { smooth, ...listener }: Drawing,
  ): Promise<Workbench> {
    const model = await createModel(engine, source.weights, {
      findBasis,
      onProgress: progress,
    });
    let followed: FollowedSession | undefined;
    try {
      progress(undefined, 'compiling the kernels');
      followed = await FollowedSession.open(model, await document(model));
      const presenter = await Presenter.create(engine, context);
      presenter.bicubic = smooth;
      return new Workbench(engine, model, followed, context, presenter, listener);
    } catch (error) {
      await followed?.session.destroy();
      model.destroy();
      throw error;
    }
  }
}

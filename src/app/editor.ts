import { Presenter } from '../engine/present.ts';
import {
  type DragOptions,
  type DragSession,
  type Engine,
  type Iteration,
  loadModel,
  type Model,
  openEngine,
  type PixelImage,
  type PointPair,
  type RunResult,
} from '../index.ts';
import { Frames } from './frames.ts';
import type { ModelFile } from './model_source.ts';
import { shaderSource } from './shaders.ts';

/** What a picture is generated from. */
export interface PictureSource {
  readonly seed: number;
  readonly psi: number;
}

/** What the editor tells the page. */
export interface EditorEvents {
  /** A new picture is there: its original, for comparing. */
  picture(original: PixelImage): void;
  /** Points, mask, undo state, or running changed. */
  changed(): void;
  started(): void;
  iterated(iteration: Iteration): void;
  finished(result: RunResult): void;
  say(message: string): void;
  fail(error: unknown): void;
  /** Nothing can be done any more. */
  broken(error: unknown): void;
}

export interface EditorSetup {
  readonly gpu: GPU;
  readonly canvas: HTMLCanvasElement;
  readonly file: ModelFile;
  readonly events: EditorEvents;
  readonly progress: (fraction: number, what: string) => void;
}

/** All that lives on one device. */
interface Parts {
  readonly engine: Engine;
  readonly model: Model;
  readonly session: DragSession;
  readonly frames: Frames;
}

/** How often the latent is copied out of a run, so that a lost device costs at most so much. */
const snapshotInterval = 1000;
/** A device that is lost again so soon will not hold. */
const leastLife = 10_000;

/** The edit that the page shows: a session, its picture on the canvas, and what happens when the device is lost. */
export class Editor {
  /** Iterations of one run at most. */
  steps = Number.POSITIVE_INFINITY;
  readonly #setup: EditorSetup;
  #parts: Parts;
  #presenter: Presenter;
  /** Work that must not meet a run, one after the other. */
  #queue: Promise<void> = Promise.resolve();
  #run: Promise<void> = Promise.resolve();
  #nextPicture: PictureSource | undefined;
  #snapshot: Float32Array;
  #snapshotAt = 0;
  #bornAt = performance.now();
  #smooth = true;

  /**
   * Opens a device and loads the model; `begin` then shows its picture.
   * @throws NoAdapterError, DeviceLimitError, FormatError, UnsupportedModelError, ShaderError
   */
  static async open(setup: EditorSetup, source: PictureSource): Promise<Editor> {
    const { engine, model } = await load(setup);
    const ws = await model.latent(source, model.config.truncates ? source : {});
    const session = await model.createDragSession(ws);
    const presenter = await present(engine, setup.canvas);
    return new Editor(setup, ws, presenter, { engine, model, session });
  }

  /** Shows the first picture. */
  async begin(): Promise<void> {
    await this.session.show(this.#presenter);
    this.#setup.events.picture(await this.session.image());
  }

  private constructor(
    setup: EditorSetup,
    ws: Float32Array,
    presenter: Presenter,
    parts: Omit<Parts, 'frames'>,
  ) {
    this.#setup = setup;
    this.#snapshot = ws;
    this.#presenter = presenter;
    this.#parts = this.#assemble(parts);
  }

  get session(): DragSession {
    return this.#parts.session;
  }

  get model(): Model {
    return this.#parts.model;
  }

  /** Shows the current picture again, at the next frame that the display and the device have room for. */
  redraw(): void {
    this.#parts.frames.request();
  }

  set smooth(smooth: boolean) {
    this.#smooth = smooth;
    this.#presenter.bicubic = smooth;
    this.redraw();
  }

  setPoints(points: readonly PointPair[]): void {
    this.#try(() => this.session.setPoints(points));
  }

  setMask(mask: Uint8Array | null): void {
    this.#try(() => this.session.setMask(mask));
  }

  setOptions(options: Partial<DragOptions>): void {
    this.#try(() => this.session.setOptions(options));
  }

  start(): void {
    this.#queue = this.#queue.then(() => {
      if (!this.session.running && this.session.points.length > 0) this.#run = this.#runOnce();
    });
  }

  stop(): void {
    this.session.stop();
  }

  undo(): Promise<void> {
    return this.#alone(() => this.session.undo());
  }

  redo(): Promise<void> {
    return this.#alone(() => this.session.redo());
  }

  reset(): Promise<void> {
    return this.#alone(() => this.session.reset());
  }

  /** A new picture. While one is being made only the last that was asked for counts. */
  newPicture(source: PictureSource): Promise<void> {
    this.#nextPicture = source;
    return this.#alone(async () => {
      const next = this.#nextPicture;
      this.#nextPicture = undefined;
      if (!next) return;
      const { model, session } = this.#parts;
      await session.setLatent(await model.latent(next, model.config.truncates ? next : {}));
      session.setMask(null);
      session.setPoints([]);
      this.#setup.events.picture(await session.image());
    });
  }

  /** Goes on with an edited shader; what does not compile changes nothing. */
  async reloadShader(name: string): Promise<void> {
    const { engine, model } = this.#parts;
    try {
      await model.reloadShader(name);
      if (name === 'present') {
        const presenter = await present(engine, this.#setup.canvas);
        presenter.bicubic = this.#smooth;
        this.#presenter.destroy();
        this.#presenter = presenter;
      }
      this.redraw();
      this.#setup.events.say(`shaders/${name}.wgsl rebuilt.`);
    } catch (error) {
      this.#setup.events.fail(error);
    }
  }

  #try(change: () => void): void {
    try {
      change();
    } catch (error) {
      this.#setup.events.fail(error);
    }
  }

  /** Stops the run, and does `work` when all before it is done. */
  #alone(work: () => Promise<void>): Promise<void> {
    this.session.stop();
    this.#queue = this.#queue.then(async () => {
      this.session.stop();
      await this.#run;
      try {
        await work();
        this.redraw();
        await this.#takeSnapshot();
      } catch (error) {
        this.#setup.events.fail(error);
      }
    });
    return this.#queue;
  }

  async #runOnce(): Promise<void> {
    const { events } = this.#setup;
    const { session } = this.#parts;
    try {
      events.started();
      const result = await session.run({ steps: this.steps });
      if (session !== this.session) return;
      await this.#takeSnapshot();
      events.finished(result);
    } catch (error) {
      if (session === this.session) events.fail(error);
    } finally {
      if (session === this.session) this.redraw();
    }
  }

  async #takeSnapshot(): Promise<void> {
    this.#snapshotAt = performance.now();
    this.#snapshot = await this.session.latent();
  }

  #assemble(parts: Omit<Parts, 'frames'>): Parts {
    const { engine, session } = parts;
    const { events } = this.#setup;
    const current = (): boolean => this.#parts.session === session;
    const frames = new Frames(
      () => session.show(this.#presenter),
      (error) => {
        if (current()) events.fail(error);
      },
    );
    session.on('change', events.changed);
    session.on('iteration', (iteration) => {
      events.iterated(iteration);
      frames.request();
      if (performance.now() - this.#snapshotAt > snapshotInterval)
        this.#takeSnapshot().catch(() => {});
    });
    engine.lost.then((info) => {
      if (current()) void this.#recover(info);
    });
    return { ...parts, frames };
  }

  /** The device is gone: rebuilds all of it, and goes on from the last snapshot. */
  async #recover({ message }: GPUDeviceLostInfo): Promise<void> {
    const { events } = this.#setup;
    const { points, mask, options, running } = this.session;
    const why = message ? ` (${message})` : '';
    if (performance.now() - this.#bornAt < leastLife) {
      events.broken(new Error(`The graphics device was lost again and again${why}.`));
      return;
    }
    this.#bornAt = performance.now();
    events.say(`The graphics device was lost${why}. Rebuilding…`);
    try {
      const { engine, model } = await load(this.#setup);
      const session = await model.createDragSession(this.#snapshot, options);
      this.#presenter = await present(engine, this.#setup.canvas);
      this.#presenter.bicubic = this.#smooth;
      this.#parts = this.#assemble({ engine, model, session });
      this.#queue = Promise.resolve();
      this.#run = Promise.resolve();
      session.setMask(mask);
      session.setPoints(points);
      this.redraw();
      events.changed();
      events.say('The graphics device was lost; everything is back.');
      if (running) this.start();
    } catch (error) {
      events.broken(error);
    }
  }
}

async function load({
  gpu,
  file,
  progress,
}: EditorSetup): Promise<{ engine: Engine; model: Model }> {
  const engine = await openEngine(gpu, { shaders: shaderSource });
  const model = await loadModel(engine, file.bytes, { file: file.name, onProgress: progress });
  return { engine, model };
}

async function present(engine: Engine, canvas: HTMLCanvasElement): Promise<Presenter> {
  const context = canvas.getContext('webgpu');
  if (!context) throw new Error('this browser cannot draw on a canvas with WebGPU');
  return Presenter.create(engine, context);
}

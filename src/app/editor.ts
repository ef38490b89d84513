import type { DragOptions, DragSession, Engine, Model, PointPair } from '../library/api.ts';
import { latentOf, type Opening, workOf } from './device/opening.ts';
import { type Materials, Workbench } from './device/workbench.ts';
import type { ReadModel } from './files/model_reader.ts';
import type { EditorEvents } from './state/editor_events.ts';
import type { PictureSource } from './state/picture_source.ts';

/** A device that is lost again so soon will not hold. */
const leastLife = 10_000;

/** The edit that the page shows: what a person can do with it, one thing after the other, on whatever device there is. */
export class Editor {
  /** Iterations of one run at most. */
  steps = Number.POSITIVE_INFINITY;
  readonly #materials: Materials;
  readonly #events: EditorEvents;
  #bench: Workbench;
  #source: ReadModel;
  /** Work that must not meet a run. */
  #queue: Promise<void> = Promise.resolve();
  #run: Promise<void> = Promise.resolve();
  #nextPicture: PictureSource | undefined;
  /** A run goes on until it ends by itself or is stopped, if need be on another device. */
  #going = false;
  #bornAt = performance.now();
  #smooth = true;

  /** Opens a device and puts the model there; `begin` then shows its picture. @throws as `Workbench.set` */
  static async open(materials: Materials, events: EditorEvents, opening: Opening): Promise<Editor> {
    const bench = await Workbench.set(materials, workOf(opening, events));
    return new Editor(materials, events, bench, opening.source);
  }

  private constructor(
    materials: Materials,
    events: EditorEvents,
    bench: Workbench,
    source: ReadModel,
  ) {
    this.#materials = materials;
    this.#events = events;
    this.#bench = bench;
    this.#source = source;
    this.#attendDevice(bench.engine);
    this.#attend(bench);
  }

  /** Shows the first picture. */
  async begin(): Promise<void> {
    await this.#bench.show();
    this.#events.picture(await this.session.image());
  }

  get session(): DragSession {
    return this.#bench.session;
  }

  /** What the page runs on now; another one where a device was lost. */
  get engine(): Engine {
    return this.#bench.engine;
  }

  get model(): Model {
    return this.#bench.model;
  }

  /** The open model as it was read. */
  get source(): ReadModel {
    return this.#source;
  }

  /** Draws the last picture again, on a canvas that lost it. */
  redraw(): void {
    this.#bench.redraw();
  }

  set smooth(smooth: boolean) {
    this.#smooth = smooth;
    this.#bench.smooth = smooth;
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
    this.#going = false;
    this.session.stop();
  }

  undo(): Promise<void> {
    return this.#back(() => this.session.undo());
  }

  redo(): Promise<void> {
    return this.#back(() => this.session.redo());
  }

  reset(): Promise<void> {
    return this.#back(() => this.session.reset());
  }

  /** A new picture. While one is being made only the last that was asked for counts. */
  newPicture(source: PictureSource): Promise<void> {
    this.#nextPicture = source;
    return this.#alone(async () => {
      const next = this.#nextPicture;
      this.#nextPicture = undefined;
      if (!next) return;
      this.#events.say('Generating…');
      await this.#begin(await latentOf(this.model, next));
    });
  }

  /**
   * Goes on with another model. Where that fails, which the page hears of, model and edit are as they were.
   * @returns whether the model is there
   */
  async openModel(opening: Opening): Promise<boolean> {
    let opened = false;
    await this.#alone(async () => {
      const old = this.#bench;
      const bench = await old.setAnother(workOf(opening, this.#events));
      try {
        await bench.show();
        const original = await bench.session.image();
        await this.#events.leaving();
        if (old !== this.#bench) throw new Error('The graphics device was lost: open it again.');
        this.#bench = bench;
        this.#source = opening.source;
        opened = true;
        this.#attend(bench);
        this.#events.model(bench.model, opening.picture);
        this.#events.picture(original);
      } catch (error) {
        await bench.clear();
        if (old === this.#bench) old.redraw();
        throw error;
      }
      await old.clear();
    });
    return opened;
  }

  /** Goes on with an edited shader; one that does not compile changes nothing. */
  async reloadShader(name: string): Promise<void> {
    try {
      await this.#bench.reloadShader(name);
      this.#events.say(`shaders/${name}.wgsl rebuilt.`);
    } catch (error) {
      this.#events.fail(error);
    }
  }

  async #begin(ws: Float32Array): Promise<void> {
    const bench = this.#bench;
    const { session } = bench;
    await session.setLatent(ws);
    // Points and mask belong to the old picture for as long as it is seen.
    await bench.show();
    session.setMask(null);
    session.setPoints([]);
    this.#events.picture(await session.image());
  }

  #try(change: () => void): void {
    try {
      change();
    } catch (error) {
      this.#events.fail(error);
    }
  }

  #back(go: () => Promise<void>): Promise<void> {
    return this.#alone(async () => {
      await go();
      this.#events.restored();
    });
  }

  /** Stops the run, and does `work` when all before it is done. */
  #alone(work: () => Promise<void>): Promise<void> {
    this.stop();
    this.#queue = this.#queue.then(async () => {
      this.stop();
      await this.#run;
      try {
        await work();
        this.#bench.frames.request();
      } catch (error) {
        this.#events.fail(error);
      }
    });
    return this.#queue;
  }

  async #runOnce(): Promise<void> {
    const bench = this.#bench;
    this.#going = true;
    try {
      this.#events.started();
      const result = await bench.session.run({ steps: this.steps });
      if (bench !== this.#bench) return;
      this.#going = false;
      this.#events.finished(result);
      this.#bench.frames.request();
    } catch (error) {
      if (bench !== this.#bench) return;
      // Work on a device that is lost fails a while before the browser says so; then the run goes on.
      this.#going = error instanceof DOMException;
      this.#events.fail(error);
    }
  }

  #attend(bench: Workbench): void {
    const { session, frames } = bench;
    const current = (): boolean => bench === this.#bench;
    session.on('change', () => {
      if (current()) this.#events.changed();
    });
    session.on('iteration', (iteration) => {
      if (!current()) return;
      this.#events.iterated(iteration);
      frames.request();
    });
  }

  #attendDevice(engine: Engine): void {
    const current = (): boolean => engine === this.engine;
    // What no scope caught: a kernel that does not fit its bindings, or no memory.
    engine.device.addEventListener('uncapturederror', ({ error }) => {
      if (current()) this.#events.fail(new Error(error.message));
    });
    engine.lost.then((info) => {
      if (current()) void this.#recover(info);
    });
  }

  /** The device is gone: sets up all of it again, and goes on from the session's last latent. */
  async #recover({ message }: GPUDeviceLostInfo): Promise<void> {
    const { session } = this;
    const { points, mask, options } = session;
    const going = this.#going;
    const why = message ? ` (${message})` : '';
    if (performance.now() - this.#bornAt < leastLife) {
      this.#events.broken(new Error(`The graphics device was lost again and again${why}.`));
      return;
    }
    this.#bornAt = performance.now();
    session.stop();
    this.#events.say(`The graphics device was lost${why}. Rebuilding…`);
    try {
      const bench = await Workbench.set(this.#materials, {
        source: this.#source,
        latent: () => session.latent(),
        options,
        progress: (_, what) => this.#events.say(`The graphics device was lost${why}: ${what}…`),
        failed: this.#events.fail,
      });
      this.#bench = bench;
      this.#attendDevice(bench.engine);
      this.#queue = Promise.resolve();
      this.#run = Promise.resolve();
      this.#attend(bench);
      bench.smooth = this.#smooth;
      bench.session.setMask(mask);
      bench.session.setPoints(points);
      bench.frames.request();
      this.#events.changed();
      this.#events.say('The graphics device was lost; everything is back.');
      if (going) this.start();
    } catch (error) {
      this.#events.broken(error);
    }
  }
}

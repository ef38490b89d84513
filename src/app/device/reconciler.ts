import { effect } from '@preact/signals';
import {
  DeviceLostError,
  type DragSession,
  type Engine,
  type Iteration,
  type Model,
} from '../../library/api.ts';
import type { Document } from '../state/document.ts';
import type { View } from '../state/view.ts';
import { type Destination, type Drawing, type Materials, Workbench } from './workbench.ts';

/** What the reconciler calls. */
export interface ReconcilerListener {
  /** A model is about to leave the device: resolves once nothing but the edit uses it any more. */
  leaving(): Promise<void>;
  iterated(iteration: Iteration): void;
  /** The device is gone. Until `rebuild` nothing can be done. */
  lost(info: GPUDeviceLostInfo): void;
}

/** Brings engine, model, session and picture to where a document is, and again to where it is after each change. */
export class Reconciler {
  readonly #materials: Materials;
  readonly #view: View;
  readonly #listener: ReconcilerListener;
  #bench: Workbench;
  /** Models that are leaving the device. */
  #leaving: Promise<void> = Promise.resolve();
  /** What the open model's measure is made by. */
  #measuring: Promise<void> = Promise.resolve();

  /** @param bench that stands at the first document, whose picture `show` shows */
  constructor(materials: Materials, view: View, listener: ReconcilerListener, bench: Workbench) {
    this.#materials = materials;
    this.#view = view;
    this.#listener = listener;
    this.#bench = bench;
    this.#attendDevice(bench.engine);
    this.#attend(bench);
    effect(() => {
      this.#bench.smooth = view.smooth.value;
    });
    effect(() => {
      this.#bench.comparing = view.comparing.value;
    });
    effect(() => {
      // A fast device has better to do than to be read back.
      this.#bench.reads = !view.running.value || view.pace.value === undefined || view.slow.value;
    });
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

  /** As in `FollowedSession`. */
  advanced(document: Document): Document {
    return this.#bench.followed.advanced(document);
  }

  /** Shows the first picture. */
  async show(): Promise<void> {
    await this.#bench.show();
    this.#measure();
  }

  /** Draws the last picture again, on a canvas that lost it. */
  redraw(): void {
    this.#bench.redraw();
  }

  /** Shows the picture as it is, once there is time for it. */
  requestFrame(): void {
    this.#bench.frames.request();
  }

  /** Shows the picture as it is. Resolves once it is seen. */
  async showNow(): Promise<void> {
    const { frames } = this.#bench;
    frames.request();
    await frames.settled();
  }

  /**
   * Takes over points, mask and options, also while it runs.
   * @returns false where the document's model or picture is another one, and `bring` is needed
   * @throws InputError for what does not fit the picture
   */
  follow(document: Document): boolean {
    return this.#bench.followed.follow(document);
  }

  /**
   * Goes to any document, and resolves once its picture is seen; no run may go on. Another model is loaded beside the
   * one that is there, which leaves only then: where something fails, the device stays where it was.
   * @throws DeviceLimitError, ShaderError, InputError
   */
  async bring(destination: Destination): Promise<Document> {
    const bench = this.#bench;
    const before = bench.followed.document;
    if (destination.model !== before.model) return this.#load(destination);
    const document = await destination.document(bench.model);
    try {
      await bench.followed.restore(document);
      await bench.show();
    } catch (error) {
      await bench.followed.restore(before).catch(() => {});
      bench.frames.request();
      throw error;
    }
    return document;
  }

  /** Sets up all of it again on another device, after this one was lost. @throws as `Workbench.set` */
  async rebuild(destination: Destination): Promise<void> {
    const bench = await Workbench.set(this.#materials, destination, drawingOf(this.#view));
    this.#bench = bench;
    this.#leaving = Promise.resolve();
    this.#attendDevice(bench.engine);
    this.#attend(bench);
    bench.frames.request();
    this.#measure();
  }

  /** Goes on with an edited shader. @throws ShaderError where it does not compile; then nothing has changed */
  reloadShader(name: string): Promise<void> {
    return this.#bench.reloadShader(name);
  }

  /** Has the view measure how far the model's pictures are from typical, as soon as it can. */
  #measure(): void {
    const { model } = this;
    const measure = this.#view.measurePn;
    measure.value = undefined;
    this.#measuring = model.typicality().then(
      (typicality) => {
        if (model === this.model) measure.value = onceEach((ws) => typicality(ws).pn);
      },
      (error) => {
        // A device that is lost takes the measurement along; the next one measures anew.
        if (model === this.model && !(error instanceof DeviceLostError)) this.#view.fail(error);
      },
    );
  }

  async #load(destination: Destination): Promise<Document> {
    await this.#leaving;
    const old = this.#bench;
    const bench = await old.setAnother(destination, drawingOf(this.#view));
    try {
      destination.signal?.throwIfAborted();
      await bench.show();
      await this.#listener.leaving();
      if (old !== this.#bench) throw new Error('The graphics device was lost: open it again.');
    } catch (error) {
      await bench.clear();
      if (old === this.#bench) old.redraw();
      throw error;
    }
    this.#bench = bench;
    this.#attend(bench);
    this.#leaving = this.#measuring.then(() => old.clear());
    this.#measure();
    this.#leaving.catch((error) => this.#view.fail(error));
    return bench.followed.document;
  }

  #attend(bench: Workbench): void {
    bench.session.on('iteration', (iteration) => {
      if (bench !== this.#bench) return;
      this.#listener.iterated(iteration);
      bench.frames.request();
    });
  }

  #attendDevice(engine: Engine): void {
    const current = (): boolean => engine === this.engine;
    // What no scope caught: a kernel that does not fit its bindings, or no memory.
    engine.device.addEventListener('uncapturederror', ({ error }) => {
      if (current()) this.#view.fail(new Error(error.message));
    });
    engine.lost.then((info) => {
      if (current()) this.#listener.lost(info);
    });
  }
}

/** Draws as the view says, and tells it how that goes. */
export const drawingOf = (view: View): Drawing => ({
  smooth: view.smooth.peek(),
  failed: (error) => view.fail(error),
  seen(picture) {
    view.seen.value = picture;
  },
  busy(busy) {
    view.drawing.value = busy;
  },
});

/** Measures each latent once: as long as only points move, it is the same. */
function onceEach(measure: (ws: Float32Array) => number): (ws: Float32Array) => number {
  const known = new WeakMap<Float32Array, number>();
  return (ws) => {
    const pn = known.get(ws) ?? measure(ws);
    known.set(ws, pn);
    return pn;
  };
}

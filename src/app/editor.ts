import { effect, untracked } from '@preact/signals';
import type { DragSession, Engine, Iteration, Model } from '../library/api.ts';
import { destinationOf, latentOf, type Opening } from './device/opening.ts';
import { drawingOf, Reconciler } from './device/reconciler.ts';
import { type Materials, Workbench } from './device/workbench.ts';
import { DeviceRecovery } from './device_recovery.ts';
import { LookingBack } from './looking_back.ts';
import { Runs } from './runs.ts';
import { type Command, goFurther, newPicture, reset } from './state/commands.ts';
import { describeUndoEnd } from './state/describe.ts';
import type { Document } from './state/document.ts';
import type { HistoryRecord } from './state/history.ts';
import type { PicturePart, PictureSource } from './state/picture_source.ts';
import type { RunTrail } from './state/run_trail.ts';
import { Guide } from './state/standing.ts';
import { Store } from './state/store.ts';
import type { View } from './state/view.ts';

/** The changes of the document that take the device's time: one after the other, on whichever device there is. */
export class Editor {
  readonly store: Store;
  readonly view: View;
  readonly guide: Guide;
  readonly lookingBack: LookingBack;
  /** Called before a model leaves the device: each resolves once nothing of its own uses the model any more. */
  readonly beforeLeaving: (() => Promise<void>)[] = [];
  readonly #reconciler: Reconciler;
  readonly #runs: Runs;
  /** Work that must not overlap with a run. */
  #queue: Promise<void> = Promise.resolve();
  #nextPicture:
    | { source: PictureSource; part: PicturePart; goesOn: boolean; gesture: number }
    | undefined;

  /** Opens a device and puts the model there; `begin` then shows its picture. @throws as `Workbench.set` */
  static async open(materials: Materials, view: View, opening: Opening): Promise<Editor> {
    const bench = await Workbench.set(materials, destinationOf(opening), drawingOf(view));
    return new Editor(materials, view, bench, opening.kept);
  }

  private constructor(
    materials: Materials,
    view: View,
    bench: Workbench,
    kept: HistoryRecord<Document> | undefined,
  ) {
    this.view = view;
    this.store = new Store(bench.followed.document, undefined, kept);
    this.guide = new Guide(this.store, view);
    const listener = {
      leaving: async () => {
        for (const leave of this.beforeLeaving) await leave();
      },
      iterated: (iteration: Iteration) => this.#runs.count(iteration),
      lost: (info: GPUDeviceLostInfo) => {
        this.#runs.interrupt();
        this.#nextPicture = undefined;
        this.view.wantedSource.value = undefined;
        recovery.recover(info);
      },
    };
    this.#reconciler = new Reconciler(materials, view, listener, bench);
    this.#runs = new Runs(this.store, view, this.#reconciler);
    const recovery = new DeviceRecovery(this.#reconciler, view, {
      document: () => this.store.document.peek(),
      rebuilt: () => {
        this.#queue = Promise.resolve();
        this.#runs.forget();
        this.#follow(this.store.document.peek());
        if (this.#runs.going) this.start();
      },
      gaveUp: () => this.#runs.giveUp(),
    });
    this.lookingBack = new LookingBack({
      store: this.store,
      view,
      model: () => this.model,
      alone: (work) => this.#alone(work),
      goTo: (document) => this.#goTo(document),
    });
    effect(() => {
      const document = this.store.document.value;
      untracked(() => this.#follow(document));
    });
  }

  /** Shows the first picture. */
  async begin(): Promise<void> {
    await this.#reconciler.show();
    this.view.ready.value = true;
    this.view.say('');
  }

  /** Where the last run has been. */
  get trail(): RunTrail {
    return this.#runs.trail;
  }

  get session(): DragSession {
    return this.#reconciler.session;
  }

  /** What the page runs on now; another one where a device was lost. */
  get engine(): Engine {
    return this.#reconciler.engine;
  }

  /** The document's model, on the device. */
  get model(): Model {
    return this.#reconciler.model;
  }

  /** Draws the last picture again, on a canvas that lost it. */
  redraw(): void {
    this.#reconciler.redraw();
  }

  /** Runs towards the targets. */
  start(): void {
    this.#queue = this.#queue.then(() => this.#runs.begin());
  }

  /** Pulls a point while a pointer holds it: the picture follows at once, and as the pointer goes on. */
  pull(command: Command): void {
    if (this.#runs.pull(command)) this.start();
  }

  /** Lets go of what is pulled: it settles, and the run ends as any other. */
  letGo(): void {
    this.#runs.letGo();
  }

  /** Puts back what the pull began with. */
  takeBackPull(): void {
    if (this.#runs.dropPull()) void this.undo();
  }

  /** Moves the targets further the way that they came, and runs towards them. */
  goFurther(): void {
    this.store.do(goFurther);
    this.start();
  }

  stop(): void {
    this.#runs.stop();
  }

  undo(): Promise<void> {
    return this.#travel(
      () => this.store.beforeLast,
      () => this.store.undo(),
    );
  }

  redo(): Promise<void> {
    return this.#travel(
      () => this.store.afterNext,
      () => this.store.redo(),
    );
  }

  /** Back to the picture as it was generated; can be undone. */
  reset(): Promise<void> {
    return this.#alone(async () => {
      const after = reset.apply(this.store.document.peek());
      await this.#goTo(after);
      this.store.do(reset);
      this.#restored();
    });
  }

  /**
   * A new picture of the open model. While one is being made only the last that was asked for counts.
   * @param part and `goesOn`: as in the command `newPicture`
   */
  newPicture(source: PictureSource, part: PicturePart, goesOn = false): Promise<void> {
    this.#nextPicture = { source, part, goesOn, gesture: this.store.gesture };
    this.view.wantedSource.value = source;
    return this.#alone(async () => {
      const next = this.#nextPicture;
      this.#nextPicture = undefined;
      if (!next) return;
      this.view.say('Generating…');
      try {
        const latent = await latentOf(this.model, next.source);
        const picture = { source: next.source, ...latent };
        const command = newPicture(picture, next.part, next.goesOn);
        await this.#goTo(command.apply(this.store.document.peek()));
        this.#done(command, next.gesture);
      } finally {
        if (!this.#nextPicture) this.view.wantedSource.value = undefined;
      }
    });
  }

  /**
   * Goes on with another model. Where that fails, which is said in the status line, everything is as it was.
   * @param command for the new document
   */
  openModel(opening: Opening, command: (opened: Document) => Command): Promise<void> {
    return this.#alone(async () => {
      const opened = await this.#reconciler.bring(destinationOf(opening));
      this.#done(command(opened));
    });
  }

  /** Goes on with an edited shader; one that does not compile changes nothing. */
  async reloadShader(name: string): Promise<void> {
    try {
      await this.#reconciler.reloadShader(name);
      this.view.say(`shaders/${name}.wgsl rebuilt.`);
    } catch (error) {
      this.view.fail(error);
    }
  }

  /** There is another picture. */
  #done(command: Command, gesture?: number): void {
    this.store.do(command, gesture);
    this.view.clearCounters();
    const end = this.store.undoEnd.peek();
    this.view.say(end ? `${describeUndoEnd(end)} ${this.guide.hint.peek()}` : '');
  }

  #restored(): void {
    this.view.clearCounters();
    this.view.say('');
  }

  /** The device takes over at once what it can, and the rest once nothing else is under way. */
  #follow(document: Document): void {
    try {
      if (this.#reconciler.follow(document)) return;
    } catch (error) {
      this.view.fail(error);
      return;
    }
    void this.#alone(() => this.#goTo(this.store.document.peek()));
  }

  /** Brings the device to a document. */
  async #goTo(document: Document): Promise<void> {
    if (this.#reconciler.follow(document)) return;
    const { model } = document;
    const progress = this.view.follow(`${model.name}: `);
    await this.#reconciler.bring({ model, document: async () => document, progress });
  }

  /** Undoes or redoes, once the device is there. What a person does meanwhile comes first. */
  #travel(target: () => Document | undefined, go: () => void): Promise<void> {
    return this.#alone(async () => {
      const document = target();
      if (!document) return;
      await this.#goTo(document);
      if (document === target()) go();
      else await this.#goTo(this.store.document.peek());
      this.#restored();
    });
  }

  /** Stops the run, and does `work` when all before it is done. */
  #alone(work: () => Promise<void>): Promise<void> {
    this.stop();
    this.#queue = this.#queue.then(async () => {
      this.stop();
      await this.#runs.ended;
      try {
        await work();
      } catch (error) {
        // What a person has cancelled is no failure, and is told of by what was cancelled.
        const cancelled = error instanceof DOMException && error.name === 'AbortError';
        if (!cancelled) this.view.fail(error);
      }
    });
    return this.#queue;
  }
}

import { effect, untracked } from '@preact/signals';
import { DeviceLostError, type DragSession, type Engine, type Model } from '../library/api.ts';
import { destinationOf, latentOf, type Opening } from './device/opening.ts';
import { drawingOf, Reconciler } from './device/reconciler.ts';
import { type Materials, Workbench } from './device/workbench.ts';
import { DeviceLostAgainError, inBrackets } from './dialogs/failure.ts';
import { outcome, RunProgress } from './run_progress.ts';
import { type Command, newPicture, reset } from './state/commands.ts';
import { describeUndoEnd } from './state/describe.ts';
import type { Document } from './state/document.ts';
import type { PicturePart, PictureSource } from './state/picture_source.ts';
import { Store } from './state/store.ts';
import type { View } from './state/view.ts';

/** Milliseconds: a device that is lost again so soon will not hold. */
const leastLife = 10_000;

const askForHandle = 'Choose a spot that should move, then the place where it should go.';

/** The changes of the document that take the device's time: one after the other, on whichever device there is. */
export class Editor {
  readonly store: Store;
  readonly view: View;
  /** Called before a model leaves the device: each resolves once nothing of its own uses the model any more. */
  readonly beforeLeaving: (() => Promise<void>)[] = [];
  readonly #reconciler: Reconciler;
  readonly #progress: RunProgress;
  /** Work that must not overlap with a run. */
  #queue: Promise<void> = Promise.resolve();
  #run: Promise<void> = Promise.resolve();
  #nextPicture:
    | { source: PictureSource; part: PicturePart; goesOn: boolean; gesture: number }
    | undefined;
  /** From a run's start until it ends by itself or is stopped; a lost device does not end it. */
  #going = false;
  #bornAt = performance.now();

  /** Opens a device and puts the model there; `begin` then shows its picture. @throws as `Workbench.set` */
  static async open(materials: Materials, view: View, opening: Opening): Promise<Editor> {
    const bench = await Workbench.set(materials, destinationOf(opening), drawingOf(view));
    return new Editor(materials, view, bench);
  }

  private constructor(materials: Materials, view: View, bench: Workbench) {
    this.view = view;
    this.store = new Store(bench.followed.document);
    this.#progress = new RunProgress(view, () => this.store.advance());
    const listener = {
      leaving: async () => {
        for (const leave of this.beforeLeaving) await leave();
      },
      iterated: this.#progress.count.bind(this.#progress),
      lost: this.#recover.bind(this),
    };
    this.#reconciler = new Reconciler(materials, view, listener, bench);
    effect(() => {
      const document = this.store.document.value;
      untracked(() => this.#follow(document));
    });
  }

  /** Shows the first picture. */
  async begin(): Promise<void> {
    await this.#reconciler.show();
    this.view.ready.value = true;
    this.view.say(askForHandle);
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

  /** Runs towards the targets; without points it asks for one. */
  start(): void {
    if (this.store.document.peek().points.length === 0) {
      this.view.say(askForHandle);
      return;
    }
    this.#queue = this.#queue.then(() => {
      const { points } = this.store.document.peek();
      if (!this.view.running.peek() && points.length > 0) this.#run = this.#runOnce();
    });
  }

  stop(): void {
    this.#going = false;
    this.session.stop();
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
    this.view.say(end ? `${describeUndoEnd(end)} ${askForHandle}` : askForHandle);
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
      await this.#run;
      try {
        await work();
      } catch (error) {
        this.view.fail(error);
      }
    });
    return this.#queue;
  }

  async #runOnce(): Promise<void> {
    const { session } = this;
    const { options, edit } = this.store.document.peek();
    this.store.beginRun((document) => this.#reconciler.advanced(document), this.#going);
    this.#going = true;
    this.view.running.value = true;
    if (!edit) this.view.clearCounters();
    this.#progress.start();
    try {
      const result = await session.run({ steps: options.steps });
      if (session !== this.session) return;
      this.#endRun();
      this.#going = false;
      this.view.say(outcome(result));
      this.#reconciler.requestFrame();
    } catch (error) {
      if (session !== this.session) return;
      this.#endRun();
      // Work on a device that is lost fails a while before the browser says so; then the run goes on.
      this.#going = error instanceof DeviceLostError || error instanceof DOMException;
      this.view.fail(error);
    }
  }

  #endRun(): void {
    if (!this.view.running.peek()) return;
    this.#progress.show();
    this.store.endRun();
    this.view.running.value = false;
  }

  /** The device is gone: another one is brought to where the document is, and a run goes on. */
  #recover({ message }: GPUDeviceLostInfo): void {
    this.session.stop();
    this.#endRun();
    this.#nextPicture = undefined;
    this.view.wantedSource.value = undefined;
    if (performance.now() - this.#bornAt < leastLife)
      this.#giveUp(new DeviceLostAgainError(message));
    else void this.#rebuild(inBrackets(message));
  }

  /** @param why in brackets, where the browser said it */
  async #rebuild(why: string): Promise<void> {
    this.view.say(`The graphics device was lost${why}. Rebuilding…`);
    try {
      const document = this.store.document.peek();
      await this.#reconciler.rebuild({
        model: document.model,
        document: async () => document,
        progress: (_, what) => this.view.say(`The graphics device was lost${why}: ${what}…`),
      });
      this.#bornAt = performance.now();
      this.#queue = Promise.resolve();
      this.#run = Promise.resolve();
      this.#follow(this.store.document.peek());
      this.view.say('The graphics device was lost; everything is back.');
      if (this.#going) this.start();
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** Until a person tries again, with the document as it is; what ran does not run again, for it may be the reason. */
  #giveUp(error: unknown): void {
    this.#going = false;
    const retry = (): void => {
      this.view.failure.value = undefined;
      void this.#rebuild('');
    };
    this.view.failure.value = { error, retry };
  }
}

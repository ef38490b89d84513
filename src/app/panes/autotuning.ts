import { signal } from '@preact/signals';
import {
  type DragSession,
  type KernelChoices,
  mergeKernelChoices,
  otherThanDefault,
  readKernelChoices,
  useKernelChoices,
  writeKernelChoices,
} from '../../library/api.ts';
import {
  keepChoices,
  keepMeasures,
  readKeptChoices,
  readMeasures,
} from '../device/kept_kernel_choices.ts';
import type { Editor } from '../editor.ts';
import { saveFile } from '../files/save.ts';
import { describe } from '../state/describe.ts';

/** Milliseconds without a touch, after which measuring disturbs nobody. */
const pause = 4000;
const suitable = 'Kernels that suit any adapter.';
const unmeasured = `${suitable} That stays until you measure again.`;
/** No file of kernel choices is larger. */
const mostBytes = 2 ** 24;

/**
 * Measures in the background which kernels are the fastest here, whenever a person pauses: for the drag with its points
 * and options, and for pictures. The choice is used as soon as no drag runs. The browser keeps it, and it can be saved.
 */
export class Autotuning {
  readonly status = signal('');
  readonly #editor: Editor;
  #known: readonly KernelChoices[] = readKeptChoices();
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #queue: Promise<void> = Promise.resolve();
  /** Something is known that the engine has not taken. */
  #untaken = false;
  /** False after a reset, until a person asks for it again. */
  #measures = readMeasures();

  constructor(editor: Editor) {
    this.#editor = editor;
    const invitation = `${suitable} When you pause, it is measured which are the fastest here.`;
    this.#say(this.#measures ? invitation : unmeasured);
    for (const action of ['pointerdown', 'keydown', 'wheel'])
      addEventListener(action, () => this.#interrupt(), { capture: true, passive: true });
    this.#later();
  }

  /** The model is about to leave: nothing is measured on it any more. Resolves once that is so. */
  async rest(): Promise<void> {
    clearTimeout(this.#timer);
    this.#controller?.abort();
    await this.#queue;
    this.#later();
  }

  #say(text: string): void {
    this.status.value = text;
  }

  /** A person does something: that comes first. */
  #interrupt(): void {
    this.#controller?.abort();
    this.#later();
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tune(), pause);
  }

  get #busy(): boolean {
    const dialog = document.querySelector('dialog[open]') !== null;
    return this.#editor.session.running || document.hidden || dialog;
  }

  /** Once what was begun before has come to its end. */
  #tune(): Promise<void> {
    this.#queue = this.#queue.then(() => this.#tuneNow());
    return this.#queue;
  }

  async #tuneNow(): Promise<void> {
    if (!this.#measures) return;
    if (this.#busy) return this.#later();
    const controller = new AbortController();
    this.#controller = controller;
    const { session } = this.#editor;
    try {
      await this.#use(await this.#measure(session, controller));
    } catch (error) {
      if (!controller.signal.aborted) this.#say(`Measuring kernels failed: ${describe(error)}`);
      else this.#later();
    } finally {
      this.#controller = undefined;
    }
  }

  #measure(session: DragSession, controller: AbortController): Promise<KernelChoices> {
    return this.#editor.model.autotune({
      known: this.#known,
      points: Math.max(1, session.points.length),
      masked: session.mask !== null,
      options: session.options,
      signal: controller.signal,
      onProgress: ({ done, total, choices }) => {
        if (done > 0 && !controller.signal.aborted) this.#keep([choices]);
        const going = !controller.signal.aborted && !this.#busy;
        if (!going) controller.abort();
        const next = `${Math.min(done + 1, total)} of ${total}`;
        this.#say(
          going
            ? `Measuring kernels: ${next}`
            : `Measuring kernels, ${next}, goes on when you pause.`,
        );
      },
    });
  }

  /** Adds to what is known and kept. */
  #keep(kernelChoices: readonly KernelChoices[]): void {
    this.#known = kernelChoices.reduce((known, one) => mergeKernelChoices(known, one), this.#known);
    this.#untaken = true;
    keepChoices(this.#known);
  }

  /** Has the engine take what is known, once no drag runs: its kernels are not changed under it. */
  async #use(choices: KernelChoices): Promise<void> {
    const { engine, session } = this.#editor;
    if (session.running) return this.#later();
    if (this.#untaken) await useKernelChoices(engine, this.#known);
    this.#untaken = false;
    const others = `${otherThanDefault(choices)} of them with other kernels than by default`;
    this.#say(`Autotuned: ${choices.layers.size} layers, ${others}.`);
  }

  /** Forgets what was measured, and measures again. */
  async again(): Promise<void> {
    this.#forget();
    this.#setMeasures(true);
    await this.#tune();
  }

  #setMeasures(measures: boolean): void {
    this.#measures = measures;
    keepMeasures(measures);
  }

  /** What the engine has taken stays until something else is known. */
  #forget(): void {
    this.#controller?.abort();
    this.#known = [];
    this.#untaken = true;
    keepChoices([]);
  }

  /** Offers what is known as a file. */
  save(): void {
    const blob = new Blob([writeKernelChoices(this.#known)], { type: 'application/json' });
    saveFile(blob, 'draggan-tuning.json');
  }

  /** Takes what was measured elsewhere, and measures the rest. */
  async take(file: File): Promise<void> {
    try {
      if (file.size > mostBytes)
        throw new Error(`${file.name} is too large for a file of kernel choices`);
      this.#keep(readKernelChoices(await file.text(), file.name));
      this.#setMeasures(true);
      await this.#tune();
    } catch (error) {
      this.#say(describe(error));
    }
  }

  /** Back to the kernels that suit any adapter, until one asks for others. */
  async reset(): Promise<void> {
    this.#forget();
    this.#setMeasures(false);
    await this.#queue;
    this.#editor.stop();
    await useKernelChoices(this.#editor.engine, []);
    this.#say(unmeasured);
  }
}

import { effect, signal } from '@preact/signals';
import type { Inversion, Model, PixelImage } from '../../library/api.ts';
import type { WeightDelta } from '../files/model_reader.ts';
import { describe } from '../state/describe.ts';
import { FramedPhotograph } from './framed_photograph.ts';
import { PhotographFineTuning } from './photograph_fine_tuning.ts';

/** What it needs of the page. */
export interface PhotographMaterials {
  model(): Model;
  /** Nothing else may use the adapter meanwhile. */
  opened(): void;
  /** The picture of this latent is to be edited. */
  take(ws: Float32Array): Promise<void>;
  /** The picture that the model was fine-tuned to is to be edited, in the model with this delta. */
  takeFineTuned(delta: WeightDelta): Promise<void>;
}

/** What the model made of the photograph. */
interface Found {
  readonly inversion: Inversion;
  /** The photograph in its frame. */
  readonly target: PixelImage;
  /** Of its file, without the ending. */
  readonly name: string;
  readonly fineTuning?: PhotographFineTuning;
}

/** The two that take a while: looking for the model's nearest picture, and fine-tuning the model. */
export type PhotographTask = 'invert' | 'fineTune';

const goOn = 'Edit it, fine-tune the model further, or try another frame.';

/** A photograph on its way into the model: framed, inverted, the model fine-tuned to it, and given to the editor. */
export class PhotographEditing {
  readonly open = signal(false);
  readonly framed = new FramedPhotograph();
  readonly status = signal('');
  /** Of the task that runs; undefined where nobody knows. */
  readonly fraction = signal<number | undefined>(undefined);
  readonly running = signal<PhotographTask | undefined>(undefined);
  readonly found = signal<Found | undefined>(undefined);
  /** The model's picture, as far as it has come. */
  readonly picture = signal<PixelImage | undefined>(undefined);
  /** Random pictures are looked through for the best start: what there is until then is worth no fine-tuning. */
  readonly sampling = signal(false);
  /** What was found is being handed on. */
  readonly leaving = signal(false);
  readonly #materials: PhotographMaterials;
  #name = '';
  #controller = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(materials: PhotographMaterials) {
    this.#materials = materials;
    effect(() => {
      if (!this.open.value) this.#controller.abort();
    });
  }

  show(): void {
    const { height, width } = this.#materials.model().config;
    this.framed.extent.value = { height, width };
    this.#materials.opened();
    this.open.value = true;
  }

  /** A picture file that was dropped on the page. */
  drop(file: File): void {
    this.show();
    void this.choose(file);
  }

  /** Nothing of it uses the model any more, which is about to go. */
  async settle(): Promise<void> {
    this.open.value = false;
    await this.#stop();
    this.#forget();
  }

  async choose(file: File): Promise<void> {
    try {
      await this.framed.open(file);
      this.#name = file.name.replace(/\.\w+$/, '');
      this.status.value =
        'Frame it as the model’s own pictures are framed: drag, enlarge and turn it.';
    } catch {
      this.status.value = `This browser cannot read ${file.name} as a picture.`;
    }
  }

  /** Stops what runs; unless that was this task, it begins. */
  async toggle(task: PhotographTask): Promise<void> {
    const running = this.running.peek();
    await this.#stop();
    // Another click may have begun something meanwhile.
    if (running !== task && !this.running.peek()) this.#done = this.#do(task);
  }

  /** Hands what was found to the editor. */
  async take(): Promise<void> {
    const found = this.found.peek();
    if (!found) return;
    this.leaving.value = true;
    try {
      const { inversion, name, fineTuning } = found;
      // Noise that was found is the model's as much as its weights are.
      const noisy = inversion.noise().size > 0;
      const bytes = (await fineTuning?.finish()) ?? (noisy ? await inversion.delta() : undefined);
      this.open.value = false;
      if (bytes) await this.#materials.takeFineTuned({ name: `${name}-delta.safetensors`, bytes });
      else await this.#materials.take(inversion.latent());
    } catch (error) {
      this.status.value = describe(error);
    } finally {
      this.leaving.value = false;
    }
  }

  async #stop(): Promise<void> {
    this.#controller.abort();
    await this.#done;
  }

  async #do(task: PhotographTask): Promise<void> {
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.running.value = task;
    this.fraction.value = undefined;
    try {
      this.status.value = await (task === 'invert' ? this.#invert(signal) : this.#fineTune(signal));
    } catch (error) {
      this.status.value = describe(error);
    } finally {
      this.running.value = undefined;
      this.sampling.value = false;
    }
  }

  /** Looks for the model's nearest picture. @returns what is to be said of it; where it is aborted, of what there is */
  async #invert(signal: AbortSignal): Promise<string> {
    this.#forget();
    this.status.value = 'Looking for the best start…';
    const model = this.#materials.model();
    const target = this.framed.picture();
    const name = this.#name;
    const inversion = model.invert(target, { noise: true });
    const show = (): void => {
      this.found.value = { inversion, target, name };
      this.picture.value = inversion.image();
    };
    signal.addEventListener('abort', () => inversion.stop());
    inversion.on('iteration', ({ stage, iteration, steps, psnr }) => {
      const what = stage === 'samples' ? 'Random picture' : 'Iteration';
      this.sampling.value = stage === 'samples';
      this.#tell(what, iteration, steps, psnr);
      show();
    });
    const { psnr } = await inversion.run();
    show();
    return `${psnr.toFixed(1)} dB from the photograph. Edit it, fine-tune the model, or try another frame.`;
  }

  /** Fine-tunes the model to the photograph, at the latent that was found. @returns as `#invert` */
  async #fineTune(signal: AbortSignal): Promise<string> {
    const found = this.found.peek();
    if (!found) return '';
    this.status.value = 'Preparing…';
    const { target, inversion } = found;
    const fineTuning = found.fineTuning ?? new PhotographFineTuning(target, inversion);
    this.found.value = { ...found, fineTuning };
    let reached = goOn;
    await fineTuning.run(this.#materials.model(), signal, ({ step, steps, image, psnr }) => {
      this.#tell('Fine-tuning: step', step, steps, psnr);
      this.picture.value = image;
      reached = `${psnr.toFixed(1)} dB from the photograph, with the model fine-tuned. ${goOn}`;
    });
    return reached;
  }

  #tell(what: string, done: number, all: number, psnr: number): void {
    this.fraction.value = done / all;
    this.status.value = `${what} ${done} of ${all}, ${psnr.toFixed(1)} dB`;
  }

  #forget(): void {
    this.found.peek()?.fineTuning?.destroy();
    this.found.value = undefined;
  }
}

import type { Inversion, Model, PixelImage } from '../../library/api.ts';
import { box, button, canvas, drawing, element, field } from '../dom/elements.ts';
import type { WeightDelta } from '../files/model_reader.ts';
import { toImageData } from '../stage/compare.ts';
import { describe } from '../state/describe.ts';
import { PhotographFineTuning } from './photograph_fine_tuning.ts';
import { PhotographFrame } from './photograph_frame.ts';

/** What the pane needs of the page. */
export interface PhotographMaterials {
  model(): Model;
  /** Nothing else may use the adapter meanwhile. */
  opened(): void;
  /** The picture of this latent is to be edited. */
  take(ws: Float32Array): Promise<void>;
  /** The picture that the model was tuned to is to be edited, in the model with this delta. */
  takeFineTuned(delta: WeightDelta): Promise<void>;
}

/** What the model made of the photograph. */
interface Found {
  readonly inversion: Inversion;
  /** The photograph in its frame. */
  readonly target: PixelImage;
  /** Of its file, without the ending. */
  readonly name: string;
  tuning?: PhotographFineTuning;
}

/** Does something while one watches, and gives what is to be said of it; aborted, it ends with what there is. */
type Work = (signal: AbortSignal) => Promise<string>;

const goOn = 'Edit it, fine-tune the model further, or go on with another frame.';

/** A photograph into the model: brought into its frame, inverted, the model tuned to it, and handed to the editor. */
export class PhotographPane {
  readonly #dialog = element('photograph', HTMLDialogElement);
  readonly #frame = new PhotographFrame();
  readonly #picture = canvas('photograph-found');
  readonly #status = box('photograph-status');
  readonly #bar = element('photograph-progress', HTMLProgressElement);
  readonly #run = button('photograph-run');
  readonly #tune = button('photograph-tune');
  readonly #use = button('photograph-use');
  readonly #materials: PhotographMaterials;
  #name = '';
  #found: Found | undefined;
  #running: { readonly own: HTMLButtonElement; readonly done: Promise<void> } | undefined;
  #controller = new AbortController();

  constructor(materials: PhotographMaterials) {
    this.#materials = materials;
    const open = button('photograph-open');
    open.disabled = false;
    open.addEventListener('click', () => this.#open());
    const file = field('photograph-file');
    button('photograph-choose').addEventListener('click', () => file.click());
    file.addEventListener('change', () => {
      const [chosen] = file.files ?? [];
      file.value = '';
      if (chosen) void this.#choose(chosen);
    });
    this.#run.addEventListener('click', () => this.#toggle(this.#run, (end) => this.#invert(end)));
    this.#tune.addEventListener('click', () => this.#toggle(this.#tune, (end) => this.#fit(end)));
    this.#use.addEventListener('click', () => void this.#take());
    button('photograph-close').addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('close', () => this.#controller.abort());
  }

  /** A picture file that was dropped on the page. */
  drop(file: File): void {
    this.#open();
    void this.#choose(file);
  }

  /** Nothing of it uses the model any more, which is about to go. */
  async settle(): Promise<void> {
    this.#dialog.close();
    await this.#stop();
    this.#forget();
  }

  #open(): void {
    this.#materials.opened();
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  async #choose(file: File): Promise<void> {
    try {
      await this.#frame.open(file);
      this.#name = file.name.replace(/\.\w+$/, '');
      this.#status.textContent =
        'Bring it to lie as the model’s own pictures do: drag, enlarge and turn it.';
    } catch {
      this.#status.textContent = `${file.name} is no picture that this browser can read.`;
    }
    this.#offer();
  }

  /** Stops what runs; unless that was this button's, its work begins. */
  async #toggle(own: HTMLButtonElement, work: Work): Promise<void> {
    const running = this.#running?.own;
    await this.#stop();
    // Another click may have begun something meanwhile.
    if (running !== own && !this.#running) this.#running = { own, done: this.#do(own, work) };
    this.#offer();
  }

  async #stop(): Promise<void> {
    this.#controller.abort();
    await this.#running?.done;
  }

  async #do(own: HTMLButtonElement, work: Work): Promise<void> {
    const label = own.textContent;
    own.textContent = 'Stop';
    this.#controller = new AbortController();
    this.#bar.hidden = false;
    this.#bar.removeAttribute('value');
    try {
      this.#status.textContent = await work(this.#controller.signal);
    } catch (error) {
      this.#status.textContent = describe(error);
    } finally {
      own.textContent = label;
      this.#bar.hidden = true;
      this.#running = undefined;
      this.#offer();
    }
  }

  async #invert(signal: AbortSignal): Promise<string> {
    this.#forget();
    this.#status.textContent = 'Looking for the best start…';
    const model = this.#materials.model();
    const target = this.#frame.picture(model.config.resolution);
    const name = this.#name;
    const inversion = model.invert(target, { noise: true });
    const found = (): void => {
      this.#found = { inversion, target, name };
      this.#draw(inversion.image());
      this.#offer();
    };
    signal.addEventListener('abort', () => inversion.stop());
    inversion.on('iteration', ({ stage, iteration, steps, psnr }) => {
      const what = stage === 'samples' ? 'Random picture' : 'Iteration';
      this.#tell(what, iteration, steps, psnr);
      found();
    });
    const { psnr } = await inversion.run();
    found();
    return `${psnr.toFixed(1)} dB from the photograph. Edit it, fine-tune the model to it, or go on with another frame.`;
  }

  /** Tunes the model to the photograph, at the latent that was found. */
  async #fit(signal: AbortSignal): Promise<string> {
    const found = this.#found;
    if (!found) return '';
    this.#status.textContent = 'Preparing…';
    found.tuning ??= new PhotographFineTuning(found.target, found.inversion);
    let reached = goOn;
    await found.tuning.run(this.#materials.model(), signal, ({ step, steps, image, psnr }) => {
      this.#tell('Fine-tuning: step', step, steps, psnr);
      this.#draw(image);
      reached = `${psnr.toFixed(1)} dB from the photograph, with the model fine-tuned. ${goOn}`;
    });
    return reached;
  }

  async #take(): Promise<void> {
    const found = this.#found;
    if (!found) return;
    this.#use.disabled = true;
    try {
      const { inversion, name } = found;
      // Noise that was found is the model's as much as its weights are.
      const noisy = inversion.noise().size > 0;
      const bytes = (await found.tuning?.finish()) ?? (noisy ? await inversion.delta() : undefined);
      this.#dialog.close();
      if (bytes) await this.#materials.takeFineTuned({ name: `${name}-delta.safetensors`, bytes });
      else await this.#materials.take(inversion.latent());
    } catch (error) {
      this.#status.textContent = describe(error);
    } finally {
      this.#offer();
    }
  }

  #tell(what: string, done: number, all: number, psnr: number): void {
    this.#bar.value = done / all;
    this.#status.textContent = `${what} ${done} of ${all}, ${psnr.toFixed(1)} dB`;
  }

  #draw(image: PixelImage): void {
    this.#picture.width = image.width;
    this.#picture.height = image.height;
    drawing(this.#picture).putImageData(toImageData(image), 0, 0);
  }

  /** Lets be done what can be done now, and brings out what comes next. */
  #offer(): void {
    const running = this.#running?.own;
    this.#run.disabled = !this.#frame.filled || running === this.#tune;
    this.#tune.disabled = !this.#found;
    this.#use.disabled = !this.#found || running !== undefined;
    const next = !this.#found ? this.#run : this.#found.tuning ? this.#use : this.#tune;
    for (const step of [this.#run, this.#tune, this.#use])
      step.classList.toggle('primary', step === (running ?? next));
  }

  #forget(): void {
    this.#found?.tuning?.destroy();
    this.#found = undefined;
    this.#offer();
  }
}

import type { Inversion, Model, PixelImage } from '../index.ts';
import { toImageData } from './compare.ts';
import { box, button, canvas, drawing, element, field } from './elements.ts';
import { PhotographFrame } from './photograph_frame.ts';
import { describe } from './status.ts';

/** What the pane needs of the page. */
export interface PhotographMaterials {
  model(): Model;
  /** Nothing else may use the adapter meanwhile. */
  opened(): void;
  /** The picture of this latent is to be edited. */
  take(ws: Float32Array): Promise<void>;
}

/** A photograph into the model: brought into its frame, inverted while one watches, and handed to the editor. */
export class PhotographPane {
  readonly #dialog = element('photograph', HTMLDialogElement);
  readonly #frame = new PhotographFrame();
  readonly #found = canvas('photograph-found');
  readonly #status = box('photograph-status');
  readonly #bar = element('photograph-progress', HTMLProgressElement);
  readonly #run = button('photograph-run');
  readonly #use = button('photograph-use');
  readonly #materials: PhotographMaterials;
  #inversion: Inversion | undefined;
  #running: Promise<void> | undefined;

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
    this.#run.addEventListener('click', () => {
      if (this.#running) this.#inversion?.stop();
      else this.#start();
    });
    this.#use.addEventListener('click', () => void this.#take());
    button('photograph-close').addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('close', () => this.#inversion?.stop());
  }

  /** A picture file that was dropped on the page. */
  drop(file: File): void {
    this.#open();
    void this.#choose(file);
  }

  /** Nothing of it uses the model any more, which is about to go. */
  async settle(): Promise<void> {
    this.#dialog.close();
    this.#inversion?.stop();
    await this.#running;
    this.#forget();
  }

  #open(): void {
    this.#materials.opened();
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  async #choose(file: File): Promise<void> {
    try {
      await this.#frame.open(file);
      this.#run.disabled = false;
      this.#status.textContent =
        'Bring it to lie as the model’s own pictures do: drag, enlarge and turn it.';
    } catch {
      this.#status.textContent = `${file.name} is no picture that this browser can read.`;
    }
  }

  #start(): void {
    this.#running = this.#invert().finally(() => {
      this.#running = undefined;
    });
  }

  async #invert(): Promise<void> {
    const model = this.#materials.model();
    this.#forget();
    this.#run.textContent = 'Stop';
    this.#use.disabled = true;
    this.#bar.hidden = false;
    this.#bar.removeAttribute('value');
    this.#status.textContent = 'Looking for the best start…';
    try {
      const inversion = model.invert(this.#frame.picture(model.config.resolution));
      this.#inversion = inversion;
      inversion.on('iteration', ({ stage, iteration, steps, psnr }) => {
        this.#bar.value = iteration / steps;
        const what = stage === 'samples' ? 'Random picture' : 'Iteration';
        this.#status.textContent = `${what} ${iteration} of ${steps}, ${psnr.toFixed(1)} dB`;
        this.#draw(inversion.image());
      });
      const { psnr } = await inversion.run();
      this.#draw(inversion.image());
      this.#status.textContent = `${psnr.toFixed(1)} dB from the photograph. Use it, or go on with another frame.`;
      this.#use.disabled = false;
    } catch (error) {
      this.#status.textContent = describe(error);
    } finally {
      this.#run.textContent = 'Start';
      this.#bar.hidden = true;
    }
  }

  async #take(): Promise<void> {
    const inversion = this.#inversion;
    if (!inversion) return;
    const ws = inversion.latent();
    this.#dialog.close();
    await this.#materials.take(ws);
    this.#forget();
  }

  #draw(image: PixelImage): void {
    this.#found.width = image.width;
    this.#found.height = image.height;
    drawing(this.#found).putImageData(toImageData(image), 0, 0);
  }

  #forget(): void {
    this.#inversion = undefined;
    this.#use.disabled = true;
  }
}

import type { PictureSource } from './editor_events.ts';
import { box, button, field } from './elements.ts';

/** NumPy takes seeds of 32 bits. */
const seeds = 2 ** 32;
/** Random seeds stay short enough to be read out. */
const randomSeeds = 100_000;

/** Seed and truncation: which picture there is. */
export class PictureControls {
  readonly #seed = field('seed');
  readonly #random = button('random');
  readonly #truncation = field('truncation');

  constructor(changed: (source: PictureSource) => void) {
    const tell = (): void => {
      this.#showTruncation();
      const seed = Number(this.#seed.value);
      if (this.#seed.value !== '' && Number.isInteger(seed) && seed >= 0 && seed < seeds)
        changed(this.source);
      else this.#seed.reportValidity();
    };
    this.#seed.addEventListener('input', tell);
    this.#truncation.addEventListener('input', tell);
    this.#random.addEventListener('click', () => {
      this.#seed.value = String(Math.floor(Math.random() * randomSeeds));
      tell();
    });
    this.#showTruncation();
  }

  get source(): PictureSource {
    return { seed: Number(this.#seed.value), psi: Number(this.#truncation.value) };
  }

  /** A model is there; one without an average w has nothing to truncate to. */
  enable({ truncates }: { readonly truncates: boolean }): void {
    this.#seed.disabled = false;
    this.#random.disabled = false;
    this.#truncation.disabled = !truncates;
  }

  #showTruncation(): void {
    box('truncation-value').textContent = Number(this.#truncation.value).toFixed(2);
  }
}

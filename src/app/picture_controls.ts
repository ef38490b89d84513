import type { GeneratorConfig } from '../index.ts';
import { ClassChooser } from './class_chooser.ts';
import type { PictureSource } from './editor_events.ts';
import { box, button, field } from './elements.ts';

/** NumPy takes seeds of 32 bits. */
const seeds = 2 ** 32;
/** Random seeds stay short enough to be read out. */
const randomSeeds = 100_000;

/** Seed, truncation and class: which picture there is. */
export class PictureControls {
  readonly #seed = field('seed');
  readonly #random = button('random');
  readonly #truncation = field('truncation');
  readonly #class: ClassChooser;

  constructor(changed: (source: PictureSource) => void) {
    const tell = (): void => {
      this.#showTruncation();
      const seed = Number(this.#seed.value);
      if (this.#seed.value !== '' && Number.isInteger(seed) && seed >= 0 && seed < seeds)
        changed(this.source);
      else this.#seed.reportValidity();
    };
    this.#class = new ClassChooser(tell);
    this.#seed.addEventListener('input', tell);
    this.#truncation.addEventListener('input', tell);
    this.#random.addEventListener('click', () => {
      this.#seed.value = String(Math.floor(Math.random() * randomSeeds));
      tell();
    });
    this.#showTruncation();
  }

  get source(): PictureSource {
    const picture = { seed: Number(this.#seed.value), psi: Number(this.#truncation.value) };
    const classIndex = this.#class.chosen;
    return classIndex === undefined ? picture : { ...picture, classIndex };
  }

  /** A model is there; one without an average w has nothing to truncate to. Its first class is chosen. */
  enable({ truncates, cDim }: Pick<GeneratorConfig, 'truncates' | 'cDim'>): void {
    this.#seed.disabled = false;
    this.#random.disabled = false;
    this.#truncation.disabled = !truncates;
    this.#class.offer(cDim);
  }

  #showTruncation(): void {
    box('truncation-value').textContent = Number(this.#truncation.value).toFixed(2);
  }
}

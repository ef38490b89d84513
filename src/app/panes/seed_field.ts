import { button, field } from '../dom/elements.ts';

/** Random seeds stay short enough to be read out; NumPy takes those of 32 bits. */
const randomSeeds = 100_000;

/** A field for a seed, and the button that draws one. */
export class SeedField {
  readonly #field: HTMLInputElement;
  readonly #random: HTMLButtonElement;

  /** @param changed hears of every seed, and of an emptied field */
  constructor(id: string, random: string, changed: (typed: boolean) => void) {
    this.#field = field(id);
    this.#random = button(random);
    this.#field.addEventListener('input', () => {
      if (this.#field.reportValidity()) changed(true);
    });
    this.#random.addEventListener('click', () => {
      this.#field.value = String(Math.floor(Math.random() * randomSeeds));
      changed(false);
    });
  }

  /** Undefined where there is none, or no valid one. */
  get seed(): number | undefined {
    const { value } = this.#field;
    return value !== '' && this.#field.checkValidity() ? Number(value) : undefined;
  }

  show(seed: number): void {
    if (seed !== this.seed) this.#field.value = String(seed);
  }

  clear(): void {
    this.#field.value = '';
  }

  enable(): void {
    this.#field.disabled = false;
    this.#random.disabled = false;
  }
}

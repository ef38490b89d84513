import { DragganError } from '../../library/api.ts';
import {
  parseRows,
  rowsOf,
  type StyleRange,
  styleRanges,
  writeRows,
} from '../../models/stylegan2/network/latent_rows.ts';
import { button, field } from '../dom/elements.ts';
import type { StyleMix } from '../state/picture_source.ts';
import { SeedField } from './seed_field.ts';

const ranges = Object.keys(styleRanges) as StyleRange[];

/** Style mixing: a second seed, and which rows of ws are its. Without a seed nothing is mixed. */
export class StyleMixing {
  readonly #changed: (typed: boolean) => void;
  readonly #seed = new SeedField('mix-seed', 'mix-random', (typed) => this.#tell(typed));
  readonly #rows = field('mix-rows');
  #numWs = 0;

  /** @param changed hears of every other mix, and of none */
  constructor(changed: (typed: boolean) => void) {
    this.#changed = changed;
    this.#rows.addEventListener('input', () => this.#tell(true));
    // Rows that are half typed are no fault yet.
    this.#rows.addEventListener('change', () => this.#rows.reportValidity());
    button('mix-off').addEventListener('click', () => {
      this.#seed.clear();
      this.#tell(false);
    });
    for (const range of ranges)
      button(`mix-${range}`).addEventListener('click', () => this.#toggle(range));
  }

  get mix(): StyleMix | undefined {
    const { seed } = this.#seed;
    const rows = this.#chosen();
    return seed === undefined || rows.length === 0 ? undefined : { seed, rows };
  }

  /** A model is there: nothing is mixed, until a seed is given. */
  enable(numWs: number): void {
    this.#numWs = numWs;
    this.#rows.value = writeRows(rowsOf('coarse', numWs));
    this.#seed.enable();
    this.clear();
  }

  /** What is mixed; rows that are being typed stay. */
  show(mix: StyleMix | undefined): void {
    const { mix: shown } = this;
    if (mix?.seed === shown?.seed && String(mix?.rows) === String(shown?.rows)) return;
    if (mix) {
      this.#seed.show(mix.seed);
      this.#rows.value = writeRows(mix.rows);
    } else this.#seed.clear();
    this.#show();
  }

  clear(): void {
    this.#seed.clear();
    this.#show();
  }

  #tell(typed: boolean): void {
    this.#show();
    if (this.#rows.checkValidity()) this.#changed(typed);
  }

  #toggle(range: StyleRange): void {
    const rows = new Set(this.#chosen());
    const own = rowsOf(range, this.#numWs);
    if (own.every((row) => rows.has(row))) for (const row of own) rows.delete(row);
    else for (const row of own) rows.add(row);
    this.#rows.value = writeRows([...rows].sort((a, b) => a - b));
    this.#tell(false);
  }

  /** None where the field is empty, or says nothing that can be. */
  #chosen(): number[] {
    const { value } = this.#rows;
    this.#rows.setCustomValidity('');
    try {
      return value.trim() === '' ? [] : parseRows(value, this.#numWs);
    } catch (error) {
      if (!(error instanceof DragganError)) throw error;
      this.#rows.setCustomValidity(error.message);
      return [];
    }
  }

  #show(): void {
    const off = this.#seed.seed === undefined;
    const chosen = this.#chosen();
    this.#rows.disabled = off;
    button('mix-off').disabled = off;
    for (const range of ranges) {
      const own = rowsOf(range, this.#numWs);
      const toggle = button(`mix-${range}`);
      toggle.disabled = off || own.length === 0;
      toggle.ariaPressed = String(own.length > 0 && own.every((row) => chosen.includes(row)));
      toggle.title = own.length > 0 ? `Rows ${writeRows(own)}` : 'The model has no such rows';
    }
  }
}

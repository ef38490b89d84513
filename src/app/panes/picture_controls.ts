import type { GeneratorConfig } from '../../library/api.ts';
import { box, field } from '../dom/elements.ts';
import type { NamedLatent, PictureSource } from '../state/picture_source.ts';
import { ClassChooser } from './class_chooser.ts';
import { SeedField } from './seed_field.ts';
import { StyleMixing } from './style_mixing.ts';

/** Seed, truncation, class and style mixing: which picture there is. */
export class PictureControls {
  readonly #changed: (source: PictureSource) => void;
  readonly #seed = new SeedField('seed', 'random', () => this.#leaveLatent());
  readonly #truncation = field('truncation');
  readonly #cutoff = field('cutoff');
  readonly #class = new ClassChooser(() => this.#leaveLatent());
  readonly #mixing = new StyleMixing(() => this.#tell());
  #truncates = false;
  #latent: NamedLatent | undefined;

  constructor(changed: (source: PictureSource) => void) {
    this.#changed = changed;
    for (const slider of [this.#truncation, this.#cutoff])
      slider.addEventListener('input', () => this.#leaveLatent());
    this.#showTruncation();
  }

  get source(): PictureSource {
    return {
      seed: this.#seed.seed ?? 0,
      psi: Number(this.#truncation.value),
      cutoff: Number(this.#cutoff.value),
      classIndex: this.#class.chosen,
      latent: this.#latent,
      mix: this.#mixing.mix,
    };
  }

  /** What a model that is opened begins with: the seed that is there, and its first class. */
  get beginning(): PictureSource {
    const { seed, psi } = this.source;
    return { seed, psi };
  }

  /**
   * A model is there; one without an average w has nothing to truncate to. All rows are truncated, its first class is
   * chosen, and nothing mixed.
   * @param latent that it was opened with, in the seed's place
   */
  enable(
    { truncates, cDim, numWs }: Pick<GeneratorConfig, 'truncates' | 'cDim' | 'numWs'>,
    latent: NamedLatent | undefined,
  ): void {
    this.#seed.enable();
    this.#truncates = truncates;
    this.#cutoff.max = String(numWs);
    this.#cutoff.value = this.#cutoff.max;
    this.#class.offer(cDim);
    this.#mixing.enable(numWs);
    this.#showLatent(latent);
    this.#showTruncation();
  }

  /** The picture of a latent, as it is. The next seed, truncation or class leaves it. */
  take(latent: NamedLatent): void {
    this.#mixing.clear();
    this.#showLatent(latent);
    this.#tell();
  }

  #leaveLatent(): void {
    this.#showTruncation();
    if (this.#seed.seed === undefined) return;
    this.#showLatent(undefined);
    this.#tell();
  }

  #tell(): void {
    if (this.#latent || this.#seed.seed !== undefined) this.#changed(this.source);
  }

  #showLatent(latent: NamedLatent | undefined): void {
    this.#latent = latent;
    box('latent-name').textContent = latent?.name ?? '';
    box('latent-shown').hidden = latent === undefined;
  }

  #showTruncation(): void {
    const { value, max } = this.#cutoff;
    box('truncation-value').textContent = Number(this.#truncation.value).toFixed(2);
    box('cutoff-value').textContent = value === max ? 'all' : value;
    this.#cutoff.ariaValueText = `${value} of ${max} rows`;
    this.#truncation.disabled = !this.#truncates;
    // Untruncated there is nothing to leave out.
    this.#cutoff.disabled = !this.#truncates || Number(this.#truncation.value) === 1;
  }
}

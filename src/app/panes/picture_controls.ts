import type { GeneratorConfig } from '../../library/api.ts';
import { box, field } from '../dom/elements.ts';
import type { NamedLatent, PictureSource } from '../state/picture_source.ts';
import { ClassChooser } from './class_chooser.ts';
import { SeedField } from './seed_field.ts';
import { StyleMixing } from './style_mixing.ts';

/** Seed, truncation, class and style mixing: which picture there is. */
export class PictureControls {
  readonly #changed: (source: PictureSource, goesOn: boolean) => void;
  readonly #seed = new SeedField('seed', 'random', (typed) => this.#leaveLatent(typed));
  readonly #truncation = field('truncation');
  readonly #cutoff = field('cutoff');
  readonly #class = new ClassChooser(() => this.#leaveLatent(false));
  readonly #mixing = new StyleMixing((typed) => this.#tell(typed));
  #truncates = false;
  #latent: NamedLatent | undefined;

  constructor(changed: (source: PictureSource, goesOn: boolean) => void) {
    this.#changed = changed;
    for (const slider of [this.#truncation, this.#cutoff])
      slider.addEventListener('input', () => this.#leaveLatent(true));
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

  /** Another picture is there, or an older one again. */
  show({ seed, psi, cutoff, classIndex, latent, mix }: PictureSource): void {
    this.#seed.show(seed);
    this.#truncation.value = String(psi);
    this.#cutoff.value = String(cutoff ?? this.#cutoff.max);
    this.#class.show(classIndex);
    this.#mixing.show(mix);
    this.#showLatent(latent);
    this.#showTruncation();
  }

  #leaveLatent(goesOn: boolean): void {
    this.#showTruncation();
    if (this.#seed.seed === undefined) return;
    this.#showLatent(undefined);
    this.#tell(goesOn);
  }

  #tell(goesOn: boolean): void {
    if (this.#latent || this.#seed.seed !== undefined) this.#changed(this.source, goesOn);
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

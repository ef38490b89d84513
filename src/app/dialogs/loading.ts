import { box, element } from '../dom/elements.ts';

/** What is being waited for before the first picture, over the place where it will be. */
export class Loading {
  readonly #panel = box('loading');
  readonly #what = box('loading-what');
  readonly #bar = element('progress', HTMLProgressElement);

  /** @param fraction of this stage; undefined where nobody knows */
  show(fraction: number | undefined, what: string): void {
    this.#what.textContent = what;
    if (fraction === undefined) this.#bar.removeAttribute('value');
    else this.#bar.value = fraction;
  }

  done(): void {
    this.#panel.hidden = true;
  }
}

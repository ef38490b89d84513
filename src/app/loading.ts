import { box, element } from './elements.ts';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** What is being waited for before the first picture, over the place where it will be. */
export class Loading {
  readonly #panel = box('loading');
  readonly #what = box('loading-what');
  readonly #bar = element('progress', HTMLProgressElement);

  bytes(loaded: number, total: number): void {
    if (total > 0)
      this.show(loaded / total, `Demo model: ${megabytes(loaded)} of ${megabytes(total)}`);
    else this.show(undefined, `Demo model: ${megabytes(loaded)}`);
  }

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

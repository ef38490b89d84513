import type { PixelImage } from '../../library/api.ts';
import { box, button, canvas, drawing } from '../dom/elements.ts';

/** Shows the original picture over the edited one for as long as it is asked to. */
export class Compare {
  readonly #button = button('compare');
  readonly #original = canvas('original');

  constructor() {
    this.#button.addEventListener('pointerdown', () => this.show(true));
    for (const end of ['pointerup', 'pointerleave', 'pointercancel', 'blur'])
      this.#button.addEventListener(end, () => this.show(false));
    this.#button.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter' || key === ' ') this.show(true);
    });
    this.#button.addEventListener('keyup', () => this.show(false));
    this.#button.addEventListener('contextmenu', (event) => event.preventDefault());
  }

  /** A new original. */
  set(image: PixelImage): void {
    this.#original.width = image.width;
    this.#original.height = image.height;
    drawing(this.#original).putImageData(toImageData(image), 0, 0);
    this.#button.disabled = false;
  }

  show(shown: boolean): void {
    if (this.#button.disabled) return;
    this.#original.hidden = !shown;
    this.#button.ariaPressed = String(shown);
    box('stage').classList.toggle('comparing', shown);
  }
}

export const toImageData = ({ rgba, width, height }: PixelImage): ImageData =>
  new ImageData(new Uint8ClampedArray(rgba), width, height);

import { effect } from '@preact/signals';
import type { PixelImage } from '../../library/api.ts';
import { type ActionContext, actions } from '../actions.ts';
import { box, button, canvas, drawing } from '../dom/elements.ts';

/** Shows the original picture over the edited one for as long as it is asked to. */
export class Compare {
  readonly #button = button('compare');
  readonly #original = canvas('original');

  constructor(context: ActionContext) {
    const { view } = context;
    const hold = (): void => actions.compare.do(context);
    const end = (): void => actions.compare.end(context);
    this.#button.addEventListener('pointerdown', hold);
    for (const event of ['pointerup', 'pointerleave', 'pointercancel', 'blur'])
      this.#button.addEventListener(event, end);
    this.#button.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter' || key === ' ') hold();
    });
    this.#button.addEventListener('keyup', end);
    this.#button.addEventListener('contextmenu', (event) => event.preventDefault());
    effect(() => {
      if (view.original.value) this.#set(view.original.value);
    });
    effect(() => this.#show(view.comparing.value));
  }

  /** A new original. */
  #set(image: PixelImage): void {
    this.#original.width = image.width;
    this.#original.height = image.height;
    drawing(this.#original).putImageData(toImageData(image), 0, 0);
  }

  #show(shown: boolean): void {
    this.#original.hidden = !shown;
    this.#button.ariaPressed = String(shown);
    box('stage').classList.toggle('comparing', shown);
  }
}

export const toImageData = ({ rgba, width, height }: PixelImage): ImageData =>
  new ImageData(new Uint8ClampedArray(rgba), width, height);

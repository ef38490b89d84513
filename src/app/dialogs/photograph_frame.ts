import type { PixelImage } from '../../library/api.ts';
import { canvas, drawing, field, make } from '../dom/elements.ts';
import { type Alignment, alignmentMatrix, centred, shifted, turned, zoomed } from './alignment.ts';

/** Of the wheel, for twice the size. */
const wheelForTwice = 400;
/** Of an arrow key, in sides of the frame. */
const keyStep = 1 / 64;
const degrees = Math.PI / 180;
const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Where a photograph is brought into the model's frame: dragged, enlarged and turned, by pointer, wheel or keys. */
export class PhotographFrame {
  readonly #canvas = canvas('photograph-frame');
  readonly #zoom = field('photograph-zoom');
  readonly #angle = field('photograph-angle');
  #photograph: ImageBitmap | undefined;
  #alignment: Alignment = centred;

  constructor() {
    this.#canvas.addEventListener('pointerdown', (event) => {
      this.#canvas.setPointerCapture(event.pointerId);
    });
    this.#canvas.addEventListener('pointermove', (event) => {
      if (!this.#canvas.hasPointerCapture(event.pointerId)) return;
      const side = this.#canvas.clientWidth;
      this.#align(shifted(this.#alignment, event.movementX / side, event.movementY / side));
    });
    this.#canvas.addEventListener('wheel', (event) => {
      event.preventDefault();
      const { left, top, width, height } = this.#canvas.getBoundingClientRect();
      const at = [(event.clientX - left) / width - 0.5, (event.clientY - top) / height - 0.5];
      this.#align(zoomed(this.#alignment, 2 ** (-event.deltaY / wheelForTwice), [at[0], at[1]]));
    });
    this.#canvas.addEventListener('keydown', (event) => {
      const way = arrows[event.key];
      if (!way) return;
      event.preventDefault();
      this.#align(shifted(this.#alignment, keyStep * way[0], keyStep * way[1]));
    });
    // The slider counts doublings.
    this.#zoom.addEventListener('input', () =>
      this.#align(zoomed(this.#alignment, 2 ** Number(this.#zoom.value) / this.#alignment.zoom)),
    );
    this.#angle.addEventListener('input', () =>
      this.#align(turned(this.#alignment, Number(this.#angle.value) * degrees)),
    );
  }

  get filled(): boolean {
    return this.#photograph !== undefined;
  }

  /** @throws DOMException where the browser cannot read the picture */
  async open(file: Blob): Promise<void> {
    const photograph = await createImageBitmap(file);
    this.#photograph?.close();
    this.#photograph = photograph;
    this.#align(centred);
  }

  /** The picture in the frame, with as many pixels as the model has. What the photograph leaves free is grey. */
  picture(side: number): PixelImage {
    const made = make('canvas', { width: side, height: side });
    this.#draw(made);
    const { data } = drawing(made).getImageData(0, 0, side, side);
    return { width: side, height: side, rgba: new Uint8ClampedArray(data) };
  }

  #align(alignment: Alignment): void {
    this.#alignment = alignment;
    this.#zoom.value = String(Math.log2(alignment.zoom));
    this.#angle.value = String(alignment.angle / degrees);
    this.#draw(this.#canvas);
  }

  #draw(onto: HTMLCanvasElement): void {
    const context = drawing(onto);
    context.resetTransform();
    context.fillStyle = '#808080';
    context.fillRect(0, 0, onto.width, onto.height);
    if (!this.#photograph) return;
    context.imageSmoothingQuality = 'high';
    context.setTransform(...alignmentMatrix(this.#alignment, this.#photograph, onto.width));
    context.drawImage(this.#photograph, 0, 0);
  }
}

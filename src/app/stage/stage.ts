import type { PixelImage, Point } from '../../library/api.ts';
import { drawImage } from '../dom/picture_canvas.tsx';

/** What is drawn on by hand. */
export interface StageElements {
  /** The square that has all the others in it. */
  readonly root: HTMLElement;
  /** The picture, drawn by the device. */
  readonly image: HTMLCanvasElement;
  /** The picture that the edit began with. */
  readonly original: HTMLCanvasElement;
  readonly mask: HTMLCanvasElement;
  /** Around the marks of the points. */
  readonly points: HTMLElement;
  /** Around the lines between them. */
  readonly lines: SVGElement;
  /** The keyboard's. */
  readonly cursor: HTMLButtonElement;
  /** A ring where the brush would paint. */
  readonly brush: HTMLElement;
}

/**
 * The square that shows the picture. Its canvas has the display's own pixels, or the image's where those are more,
 * so that the presenter decides how the image is enlarged.
 */
export class Stage {
  readonly elements: StageElements;
  #side = 1;
  /** Device pixels that the stage takes. */
  #displayed = 1;
  /** Called when the canvas lost what it showed, because its size changed. */
  onResize: () => void = () => {};

  constructor(elements: StageElements) {
    this.elements = elements;
    new ResizeObserver(([entry]) => this.#resized(entry)).observe(elements.root);
  }

  get root(): HTMLElement {
    return this.elements.root;
  }

  /** Side of the image in image pixels. */
  get side(): number {
    return this.#side;
  }

  set side(side: number) {
    this.#side = side;
    this.#fit();
  }

  /** A new original, to be compared. */
  set original(image: PixelImage) {
    drawImage(this.elements.original, image);
  }

  /** The image pixel under a pointer, clamped into the image. */
  pixelAt(event: MouseEvent): Point {
    const { left, top, width, height } = this.root.getBoundingClientRect();
    return this.clamp([
      Math.floor(((event.clientY - top) / height) * this.side),
      Math.floor(((event.clientX - left) / width) * this.side),
    ]);
  }

  clamp([row, column]: Point): Point {
    const inside = (value: number): number => Math.min(this.side - 1, Math.max(0, value));
    return [inside(row), inside(column)];
  }

  /** CSS position of a pixel's centre, in percent of the stage. */
  place(target: HTMLElement, [row, column]: Point): void {
    target.style.left = `${((column + 0.5) / this.side) * 100}%`;
    target.style.top = `${((row + 0.5) / this.side) * 100}%`;
  }

  #resized(entry: ResizeObserverEntry): void {
    // Safari has no device-pixel box.
    const exact = entry.devicePixelContentBoxSize?.[0].inlineSize;
    this.#displayed = exact ?? Math.round(entry.contentRect.width * devicePixelRatio);
    this.#fit();
  }

  #fit(): void {
    const { image } = this.elements;
    const pixels = Math.max(1, this.#side, this.#displayed);
    if (pixels === image.width) return;
    image.width = pixels;
    image.height = pixels;
    this.onResize();
  }
}

import type { Point } from '../../library/api.ts';

/** What is drawn on by hand. */
export interface StageElements {
  /** What has all the others in it. */
  readonly root: HTMLElement;
  /** The picture, drawn by the device. */
  readonly image: HTMLCanvasElement;
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

/** Pixels of a picture. */
export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

/**
 * What shows the picture, in its proportions. Its canvas has as many pixels as the display shows there, or as the image
 * has where those are more: so the presenter, and not the browser, enlarges the image.
 */
export class Stage {
  readonly elements: StageElements;
  #size: PictureSize = { height: 1, width: 1 };
  /** Device pixels that the stage takes across. */
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

  /** Of the image, in image pixels. */
  get size(): PictureSize {
    return this.#size;
  }

  set size(size: PictureSize) {
    this.#size = size;
    this.root.style.setProperty('--proportion', String(size.width / size.height));
    this.#fit();
  }

  /** The image pixel under a pointer, clamped into the image. */
  pixelAt(event: MouseEvent): Point {
    const { left, top, width, height } = this.root.getBoundingClientRect();
    return this.clamp([
      Math.floor(((event.clientY - top) / height) * this.#size.height),
      Math.floor(((event.clientX - left) / width) * this.#size.width),
    ]);
  }

  clamp([row, column]: Point): Point {
    const inside = (value: number, length: number): number =>
      Math.min(length - 1, Math.max(0, value));
    return [inside(row, this.#size.height), inside(column, this.#size.width)];
  }

  /** CSS position of a pixel's centre, in percent of the stage. */
  place(target: HTMLElement, [row, column]: Point): void {
    const [top, left] = this.percent([row, column]);
    target.style.left = left;
    target.style.top = top;
  }

  /** A pixel's centre, down and across the stage. */
  percent([row, column]: Point): [down: string, across: string] {
    const { height, width } = this.#size;
    return [`${((row + 0.5) / height) * 100}%`, `${((column + 0.5) / width) * 100}%`];
  }

  #resized(entry: ResizeObserverEntry): void {
    // Safari has no device-pixel box.
    const exact = entry.devicePixelContentBoxSize?.[0].inlineSize;
    this.#displayed = exact ?? Math.round(entry.contentRect.width * devicePixelRatio);
    this.#fit();
  }

  #fit(): void {
    const { image } = this.elements;
    const { height, width } = this.#size;
    const across = Math.max(1, width, this.#displayed);
    const down = Math.round((across * height) / width);
    if (across === image.width && down === image.height) return;
    image.width = across;
    image.height = down;
    this.onResize();
  }
}

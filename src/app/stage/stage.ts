import { signal } from '@preact/signals';
import type { Point } from '../../library/api.ts';

/** How much the picture is enlarged at most, from its frame or from its own pixels. */
const farthestIn = 8;
/** Pixels across from which on the browser, and not the presenter, enlarges the picture. */
const largestCanvas = 2048;

/** What is drawn on by hand. */
export interface StageElements {
  /** What has all the others in it. */
  readonly root: HTMLElement;
  /** What the picture fills where it is not enlarged. */
  readonly frame: HTMLElement;
  /** The picture, drawn by the device. */
  readonly image: HTMLCanvasElement;
  /** The picture as it is pulled, where the device is too slow to follow. */
  readonly warp: HTMLCanvasElement;
  readonly mask: HTMLCanvasElement;
  /** The border of what may move: the same line twice, a dark one under a bright one. */
  readonly outline: SVGElement;
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
  /** 1 where the whole picture fills its frame. */
  readonly zoom = signal(1);
  /** Where the picture's corner lies from the frame's, in CSS pixels. */
  #corner: readonly [x: number, y: number] = [0, 0];
  #size: PictureSize = { height: 1, width: 1 };
  /** Device pixels that the stage takes across. */
  #displayed = 1;
  /** Called when the canvas lost what it showed, because its size changed. */
  onResize: () => void = () => {};

  constructor(elements: StageElements) {
    this.elements = elements;
    new ResizeObserver(([entry]) => this.#resized(entry)).observe(elements.root);
    new ResizeObserver(() => this.panBy(0, 0)).observe(elements.frame);
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
    this.elements.frame.style.setProperty('--proportion', String(size.width / size.height));
    this.fit();
    this.#fitCanvas();
  }

  /** The zoom at which a pixel of the picture is one of the display's. */
  get actualZoom(): number {
    return this.#size.width / Math.max(1, this.elements.frame.clientWidth * devicePixelRatio);
  }

  /** Enlarges the picture; what lies at a place of the page stays there. */
  zoomBy(factor: number, clientX: number, clientY: number): void {
    const before = this.zoom.peek();
    const least = Math.min(1, this.actualZoom);
    const most = farthestIn * Math.max(1, this.actualZoom);
    const zoom = Math.min(most, Math.max(least, before * factor));
    if (zoom === before) return;
    const { left, top } = this.elements.frame.getBoundingClientRect();
    const [x, y] = this.#corner;
    const grown = (at: number, corner: number): number => at - ((at - corner) * zoom) / before;
    this.#place(zoom, [grown(clientX - left, x), grown(clientY - top, y)]);
  }

  /** Enlarges the picture about the middle of its frame. */
  zoomTo(zoom: number): void {
    const { left, top, width, height } = this.elements.frame.getBoundingClientRect();
    this.zoomBy(zoom / this.zoom.peek(), left + width / 2, top + height / 2);
  }

  /** Moves an enlarged picture, in CSS pixels, as far as it goes. */
  panBy(right: number, down: number): void {
    const [x, y] = this.#corner;
    this.#place(this.zoom.peek(), [x + right, y + down]);
  }

  /** The whole picture. */
  fit(): void {
    this.#place(1, [0, 0]);
  }

  #place(zoom: number, [x, y]: readonly [number, number]): void {
    const { frame } = this.elements;
    // A picture that is smaller than its frame lies in the middle; a larger one leaves no gap.
    const held = (at: number, side: number): number => {
      const room = side * (1 - zoom);
      return room > 0 ? room / 2 : Math.min(0, Math.max(room, at));
    };
    this.#corner = [held(x, frame.clientWidth), held(y, frame.clientHeight)];
    this.zoom.value = zoom;
    frame.classList.toggle('zoomed', zoom > 1);
    const { style } = this.root;
    style.setProperty('--zoom', String(zoom));
    style.left = `${this.#corner[0]}px`;
    style.top = `${this.#corner[1]}px`;
  }

  /** The image pixel under a pointer, clamped into the image. */
  pixelAt(event: MouseEvent): Point {
    const { left, top, width, height } = this.root.getBoundingClientRect();
    return this.clamp([
      Math.floor(((event.clientY - top) / height) * this.#size.height),
      Math.floor(((event.clientX - left) / width) * this.#size.width),
    ]);
  }

  /** CSS pixels from a pointer to the middle of an image pixel. */
  distance(event: MouseEvent, [row, column]: Point): number {
    const { left, top, width, height } = this.root.getBoundingClientRect();
    const down = event.clientY - top - ((row + 0.5) / this.#size.height) * height;
    const across = event.clientX - left - ((column + 0.5) / this.#size.width) * width;
    return Math.hypot(down, across);
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
    this.#fitCanvas();
  }

  #fitCanvas(): void {
    const { image } = this.elements;
    const { height, width } = this.#size;
    const across = Math.max(1, width, Math.min(this.#displayed, largestCanvas));
    const down = Math.round((across * height) / width);
    if (across === image.width && down === image.height) return;
    image.width = across;
    image.height = down;
    this.onResize();
  }
}

import { computed, effect, untracked } from '@preact/signals';
import type { Point } from '../../library/api.ts';
import { drawing } from '../dom/elements.ts';
import { paintMask } from '../state/commands.ts';
import type { Store } from '../state/store.ts';
import type { View } from '../state/view.ts';
import { maskOutline } from './mask_outline.ts';
import type { Stage } from './stage.ts';

/** The veil over what must stay: its colour and how much it hides. */
const veil = [12, 14, 24, 150] as const;

/** A pen that is hardly pressed paints with this much of the brush. */
const leastPressure = 0.2;

const pressureOf = ({ pointerType, pressure }: PointerEvent): number =>
  pointerType === 'pen' ? leastPressure + (1 - leastPressure) * pressure : 1;

/**
 * Paints what may move, or what must stay. The first stroke decides about the rest: painting what may move, all else
 * stays; painting what must stay, all else may move.
 */
export class MaskBrush {
  readonly #stage: Stage;
  readonly #store: Store;
  readonly #view: View;
  /** Row-major, 1 = must stay; null where everything may move. */
  #mask: Uint8Array | null = null;
  /** The document's, as it was last taken over. */
  #shown: Uint8Array | null = null;
  #last: Point | undefined;
  /** How much of the brush's size paints. */
  #pressure = 1;
  /** The pointer that paints. */
  #painting: number | undefined;

  constructor(stage: Stage, store: Store, view: View) {
    this.#stage = stage;
    this.#store = store;
    this.#view = view;
    const { root, brush } = stage.elements;
    root.addEventListener('pointermove', (event) => this.#move(event));
    root.addEventListener('pointerup', ({ pointerId }) => {
      if (pointerId === this.#painting) this.#lift();
    });
    root.addEventListener('pointercancel', () => this.cancelStroke());
    root.addEventListener('pointerleave', () => this.hideRing());
    const config = computed(() => store.document.value.model.weights.config);
    const side = computed(() => config.value.resolution);
    effect(() => {
      // For a picture of another size the brush begins with an eighth of its larger side.
      view.brushSize.value = Math.round(side.value / 8);
    });
    effect(() => {
      brush.style.width = `${(view.brushSize.value / config.value.width) * 100}%`;
    });
    effect(() => this.#follow(store.document.value.mask));
    effect(() => {
      view.tool.value;
      view.maskShown.value;
      untracked(() => this.#draw());
    });
  }

  /** Takes over the document's mask, unless a stroke is under way. */
  #follow(mask: Uint8Array | null): void {
    if (this.#last || mask === this.#shown) return;
    this.#shown = mask;
    this.#mask = mask?.slice() ?? null;
    this.#draw();
  }

  press(event: PointerEvent): void {
    this.#stage.root.setPointerCapture(event.pointerId);
    this.#painting = event.pointerId;
    this.#pressure = pressureOf(event);
    this.dab(this.#stage.pixelAt(event));
  }

  /** Forgets the stroke that a pointer paints. */
  cancelStroke(): void {
    if (this.#painting === undefined) return;
    this.#painting = undefined;
    this.#last = undefined;
    this.#shown = this.#store.document.peek().mask;
    this.#mask = this.#shown?.slice() ?? null;
    this.#draw();
  }

  /** A stroke's first dab; without a stroke's end it is the whole of it. */
  dab(at: Point): void {
    const { height, width } = this.#stage.size;
    this.#mask ??= new Uint8Array(height * width).fill(1 - this.#stays);
    this.#last = at;
    this.#stroke(at);
    this.#draw();
  }

  /** Ends a stroke. */
  commit(): void {
    this.#last = undefined;
    if (this.#mask?.every((stays) => stays === 0)) this.#mask = null;
    this.#draw();
    this.#store.do(paintMask(this.#mask?.slice() ?? null));
  }

  /** Shows where the brush would paint. */
  ringAt(at: Point): void {
    const { brush } = this.#stage.elements;
    brush.hidden = false;
    this.#stage.place(brush, at);
  }

  hideRing(): void {
    this.#stage.elements.brush.hidden = true;
  }

  #move(event: PointerEvent): void {
    if (this.#view.tool.peek() !== 'mask') return;
    if (this.#painting !== undefined && event.pointerId !== this.#painting) return;
    this.ringAt(this.#stage.pixelAt(event));
    if (this.#painting === undefined) return;
    for (const part of event.getCoalescedEvents?.() ?? [event]) {
      this.#pressure = pressureOf(part);
      this.#stroke(this.#stage.pixelAt(part));
    }
    this.#draw();
  }

  #lift(): void {
    this.#painting = undefined;
    this.#pressure = 1;
    this.commit();
  }

  /** 1 where the brush paints what must stay. */
  get #stays(): 0 | 1 {
    return this.#view.brushKind.peek() === 'fix' ? 1 : 0;
  }

  /** Paints all pixels within the brush's radius of the line from the last place to this one. */
  #stroke(to: Point): void {
    const { height, width } = this.#stage.size;
    const mask = this.#mask;
    const [row, column] = this.#last ?? to;
    const [down, right] = [to[0] - row, to[1] - column];
    const length = down * down + right * right;
    const radius = (this.#view.brushSize.peek() / 2) * this.#pressure;
    const first = (a: number, b: number): number => Math.max(0, Math.ceil(Math.min(a, b) - radius));
    const last = (a: number, b: number, end: number): number =>
      Math.min(end - 1, Math.floor(Math.max(a, b) + radius));
    for (let y = first(row, to[0]); y <= last(row, to[0], height); y++)
      for (let x = first(column, to[1]); x <= last(column, to[1], width); x++) {
        const along = length && ((y - row) * down + (x - column) * right) / length;
        const t = Math.min(1, Math.max(0, along));
        const distance = Math.hypot(y - row - t * down, x - column - t * right);
        if (mask && distance < radius) mask[y * width + x] = this.#stays;
      }
    this.#last = to;
  }

  /** As a veil while it is painted, else as an outline. */
  #draw(): void {
    const mask = this.#view.maskShown.peek() ? this.#mask : null;
    const { mask: overlay, outline } = this.#stage.elements;
    const painting = this.#view.tool.peek() === 'mask';
    overlay.hidden = mask === null || !painting;
    outline.toggleAttribute('hidden', mask === null || painting);
    if (!mask) return;
    const { height, width } = this.#stage.size;
    if (!painting) {
      outline.setAttribute('viewBox', `0 0 ${width} ${height}`);
      for (const line of outline.children)
        line.setAttribute('d', maskOutline(mask, { height, width }));
      return;
    }
    if (overlay.width !== width || overlay.height !== height) {
      overlay.width = width;
      overlay.height = height;
    }
    const picture = new ImageData(width, height);
    for (let i = 0; i < mask.length; i++) if (mask[i]) picture.data.set(veil, 4 * i);
    drawing(overlay).putImageData(picture, 0, 0);
  }
}

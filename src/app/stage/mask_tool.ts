import { effect } from '@preact/signals';
import type { Point } from '../../library/api.ts';
import { largestBrush } from '../actions.ts';
import { box, button, canvas, drawing, field } from '../dom/elements.ts';
import type { BrushKind, View } from '../state/view.ts';
import type { Stage } from './stage.ts';

/** The veil over what must stay: its colour and how much it hides. */
const veil = [12, 14, 24, 150] as const;

/**
 * Paints what may move, or what must stay. The first stroke decides about the rest: painting what may move, all else
 * stays; painting what must stay, all else may move.
 */
export class MaskBrush {
  readonly #stage: Stage;
  readonly #view: View;
  readonly #edited: (mask: Uint8Array | null) => void;
  readonly #overlay = canvas('mask');
  readonly #ring = box('brush');
  readonly #size = field('mask-size');
  /** Row-major, 1 = must stay; null where everything may move. */
  #mask: Uint8Array | null = null;
  /** The session's, as it was last taken over. */
  #shown: Uint8Array | null = null;
  #last: Point | undefined;

  constructor(stage: Stage, view: View, edited: (mask: Uint8Array | null) => void) {
    this.#stage = stage;
    this.#view = view;
    this.#edited = edited;
    stage.element.addEventListener('pointermove', (event) => this.#move(event));
    stage.element.addEventListener('pointerup', () => this.#lift());
    stage.element.addEventListener('pointercancel', () => this.#lift());
    stage.element.addEventListener('pointerleave', () => {
      this.#ring.hidden = true;
    });
    button('mask-allow').addEventListener('click', () => this.#choose('allow'));
    button('mask-fix').addEventListener('click', () => this.#choose('fix'));
    this.#size.addEventListener('input', () => {
      view.brushSize.value = Number(this.#size.value);
    });
    effect(() => this.#showSize(view.brushSize.value));
    effect(() => this.#showKind(view.brushKind.value));
  }

  /** Sets the brush for a picture of another size: an eighth of its side. */
  fit(): void {
    const { side } = this.#stage;
    this.#size.max = String(largestBrush(side));
    this.#view.brushSize.value = Math.round(side / 8);
    this.#showSize(this.#view.brushSize.value);
  }

  /** Takes over the session's mask, unless a stroke is under way. */
  sync(mask: Uint8Array | null): void {
    if (this.#last || mask === this.#shown) return;
    this.#shown = mask;
    this.#mask = mask?.slice() ?? null;
    this.#draw();
  }

  press(event: PointerEvent): void {
    this.#stage.element.setPointerCapture(event.pointerId);
    this.dab(this.#stage.pixelAt(event));
  }

  /** A stroke's first dab; without a stroke's end it is the whole of it. */
  dab(at: Point): void {
    const { side } = this.#stage;
    this.#mask ??= new Uint8Array(side * side).fill(1 - this.#stays);
    this.#last = at;
    this.#stroke(at);
    this.#draw();
  }

  /** Ends a stroke. */
  commit(): void {
    this.#last = undefined;
    if (this.#mask?.every((stays) => stays === 0)) this.#mask = null;
    this.#draw();
    this.#edited(this.#mask?.slice() ?? null);
  }

  /** Shows where the brush would paint. */
  ringAt(at: Point): void {
    this.#ring.hidden = false;
    this.#stage.place(this.#ring, at);
  }

  hideRing(): void {
    this.#ring.hidden = true;
  }

  #move(event: PointerEvent): void {
    if (this.#stage.element.dataset.tool !== 'mask') return;
    this.ringAt(this.#stage.pixelAt(event));
    if (!this.#last) return;
    for (const part of event.getCoalescedEvents?.() ?? [event])
      this.#stroke(this.#stage.pixelAt(part));
    this.#draw();
  }

  #lift(): void {
    if (this.#last) this.commit();
  }

  /** 1 where the brush paints what must stay. */
  get #stays(): 0 | 1 {
    return this.#view.brushKind.value === 'fix' ? 1 : 0;
  }

  #choose(kind: BrushKind): void {
    this.#view.brushKind.value = kind;
  }

  #showKind(kind: BrushKind): void {
    button('mask-allow').ariaPressed = String(kind === 'allow');
    button('mask-fix').ariaPressed = String(kind === 'fix');
    this.#ring.classList.toggle('fix', kind === 'fix');
  }

  #showSize(size: number): void {
    this.#size.value = String(size);
    box('mask-size-value').textContent = `${size} px`;
    this.#ring.style.width = `${(size / this.#stage.side) * 100}%`;
  }

  /** Paints all pixels within the brush's radius of the line from the last place to this one. */
  #stroke(to: Point): void {
    const { side } = this.#stage;
    const mask = this.#mask;
    const [row, column] = this.#last ?? to;
    const [down, right] = [to[0] - row, to[1] - column];
    const length = down * down + right * right;
    const radius = this.#view.brushSize.value / 2;
    const first = (a: number, b: number): number => Math.max(0, Math.ceil(Math.min(a, b) - radius));
    const last = (a: number, b: number): number =>
      Math.min(side - 1, Math.floor(Math.max(a, b) + radius));
    for (let y = first(row, to[0]); y <= last(row, to[0]); y++)
      for (let x = first(column, to[1]); x <= last(column, to[1]); x++) {
        const along = length && ((y - row) * down + (x - column) * right) / length;
        const t = Math.min(1, Math.max(0, along));
        const distance = Math.hypot(y - row - t * down, x - column - t * right);
        if (mask && distance < radius) mask[y * side + x] = this.#stays;
      }
    this.#last = to;
  }

  #draw(): void {
    const mask = this.#mask;
    this.#overlay.hidden = mask === null;
    button('mask-invert').disabled = mask === null;
    button('mask-clear').disabled = mask === null;
    if (!mask) return;
    const { side } = this.#stage;
    if (this.#overlay.width !== side) {
      this.#overlay.width = side;
      this.#overlay.height = side;
    }
    const picture = new ImageData(side, side);
    for (let i = 0; i < mask.length; i++) if (mask[i]) picture.data.set(veil, 4 * i);
    drawing(this.#overlay).putImageData(picture, 0, 0);
  }
}

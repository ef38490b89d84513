import type { Point } from '../../library/api.ts';
import { box, button, canvas, drawing, field } from '../dom/elements.ts';
import type { Stage } from './stage.ts';

/** The veil over what must stay: its colour and how much it hides. */
const veil = [12, 14, 24, 150] as const;

/**
 * Paints what may move, or what must stay. The first stroke decides about the rest: painting what may move, all else
 * stays; painting what must stay, all else may move.
 */
export class MaskBrush {
  readonly #stage: Stage;
  readonly #edited: (mask: Uint8Array | null) => void;
  readonly #overlay = canvas('mask');
  readonly #ring = box('brush');
  readonly #size = field('mask-size');
  /** Row-major, 1 = must stay; null where everything may move. */
  #mask: Uint8Array | null = null;
  /** The session's, as it was last taken over. */
  #shown: Uint8Array | null = null;
  #stays: 0 | 1 = 0;
  #last: Point | undefined;

  constructor(stage: Stage, edited: (mask: Uint8Array | null) => void) {
    this.#stage = stage;
    this.#edited = edited;
    stage.element.addEventListener('pointermove', (event) => this.#move(event));
    stage.element.addEventListener('pointerup', () => this.#lift());
    stage.element.addEventListener('pointercancel', () => this.#lift());
    stage.element.addEventListener('pointerleave', () => {
      this.#ring.hidden = true;
    });
    button('mask-allow').addEventListener('click', () => this.#choose(0));
    button('mask-fix').addEventListener('click', () => this.#choose(1));
    button('mask-invert').addEventListener('click', () => this.#invert());
    button('mask-clear').addEventListener('click', () => {
      this.#mask = null;
      this.commit();
    });
    this.#size.addEventListener('input', () => this.#showSize());
  }

  /** Sets the brush for a picture of another size: an eighth of its side. */
  fit(): void {
    this.#size.max = String(Math.round(this.#stage.side / 3));
    this.#size.value = String(Math.round(this.#stage.side / 8));
    this.#showSize();
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

  /** Makes the brush larger or smaller. */
  grow(factor: number): void {
    const size = Number(this.#size.value);
    this.#size.value = String(
      factor > 1 ? Math.ceil(size * factor) : Math.max(1, Math.floor(size * factor)),
    );
    this.#showSize();
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

  #choose(stays: 0 | 1): void {
    this.#stays = stays;
    button('mask-allow').ariaPressed = String(stays === 0);
    button('mask-fix').ariaPressed = String(stays === 1);
    this.#ring.classList.toggle('fix', stays === 1);
  }

  #invert(): void {
    this.#mask = this.#mask?.map((stays) => 1 - stays) ?? null;
    this.commit();
  }

  #showSize(): void {
    const size = Number(this.#size.value);
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
    const radius = Number(this.#size.value) / 2;
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

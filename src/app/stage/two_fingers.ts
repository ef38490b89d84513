import type { Stage } from './stage.ts';

/** Where a finger is, in CSS pixels of the page. */
type Place = readonly [x: number, y: number];

/** Two fingers on the picture move and enlarge it; as long as one of them stays, nothing else is done by touch. */
export class TwoFingers {
  readonly #stage: Stage;
  readonly #fingers = new Map<number, Place>();
  #both = false;

  /** @param began called when the second finger comes: what the first one began is to be put back */
  constructor(stage: Stage, began: () => void) {
    this.#stage = stage;
    const { root } = stage;
    root.addEventListener('pointerdown', ({ pointerType, pointerId, clientX, clientY }) => {
      if (pointerType !== 'touch') return;
      this.#fingers.set(pointerId, [clientX, clientY]);
      if (this.#fingers.size < 2) return;
      root.setPointerCapture(pointerId);
      this.#both = true;
      began();
    });
    root.addEventListener('pointermove', (event) => this.#move(event));
    for (const end of ['pointerup', 'pointercancel'] as const)
      root.addEventListener(end, ({ pointerId }) => {
        this.#fingers.delete(pointerId);
        if (this.#fingers.size === 0) this.#both = false;
      });
  }

  /** Two fingers are there, or were and one of them still is. */
  get both(): boolean {
    return this.#both;
  }

  #move({ pointerId, clientX, clientY }: PointerEvent): void {
    if (!this.#fingers.has(pointerId)) return;
    const before = this.#span();
    this.#fingers.set(pointerId, [clientX, clientY]);
    const after = this.#span();
    if (!before || !after) return;
    const [x, y] = after.middle;
    this.#stage.panBy(x - before.middle[0], y - before.middle[1]);
    if (before.length > 0) this.#stage.zoomBy(after.length / before.length, x, y);
  }

  /** Between the first two fingers; undefined where there is but one. */
  #span(): { readonly middle: Place; readonly length: number } | undefined {
    const [a, b] = this.#fingers.values();
    if (!a || !b) return undefined;
    return {
      middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2],
      length: Math.hypot(a[0] - b[0], a[1] - b[1]),
    };
  }
}

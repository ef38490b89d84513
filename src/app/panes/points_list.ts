import type { PointPair } from '../../library/api.ts';
import { box, button, make } from '../dom/elements.ts';

/** The pairs as a list in the pane, each with a way to remove it that needs no keyboard. */
export class PointsList {
  readonly #list = box('points-list');
  readonly #hint = box('points-hint');
  readonly #clear = button('clear-points');
  readonly #remove: (index: number) => void;
  #distances: HTMLElement[] = [];

  constructor(remove: (index: number) => void, clear: () => void) {
    this.#remove = remove;
    this.#clear.addEventListener('click', clear);
  }

  show(points: readonly PointPair[]): void {
    if (points.length !== this.#distances.length) this.#rebuild(points.length);
    for (const [i, pair] of points.entries())
      this.#distances[i].textContent = `${distance(pair).toFixed(1)} px to go`;
    this.#hint.hidden = points.length > 1;
    this.#hint.textContent =
      points.length === 0
        ? 'Choose a spot that should move, then the place where it should go.'
        : 'Points can be dragged, or moved with the arrow keys; Delete removes one. A handle on its own target holds a spot in place.';
    this.#clear.disabled = points.length === 0;
  }

  #rebuild(count: number): void {
    this.#distances = Array.from({ length: count }, () => make('span'));
    this.#list.replaceChildren(
      ...this.#distances.map((shown, i) => {
        const remove = make('button', { type: 'button', className: 'quiet' }, 'Remove');
        remove.ariaLabel = `Remove point ${i + 1}`;
        remove.addEventListener('click', () => this.#remove(i));
        return make('li', {}, make('b', { className: 'badge' }, String(i + 1)), shown, remove);
      }),
    );
  }
}

const distance = ({ handle, target }: PointPair): number =>
  Math.hypot(handle[0] - target[0], handle[1] - target[1]);

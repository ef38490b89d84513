import type { Point, PointPair } from '../index.ts';
import type { Stage } from './canvas.ts';
import { box, button, make } from './elements.ts';

/** A pair on the page: its target may be still to come. */
interface DraftPair {
  handle: Point;
  target: Point | null;
}

type End = 'handle' | 'target';

interface Marks {
  readonly handle: HTMLButtonElement;
  readonly target: HTMLButtonElement;
  readonly lines: readonly SVGLineElement[];
}

export interface PointsEvents {
  /** The complete pairs, after a person changed one. */
  edited(pairs: PointPair[]): void;
  /** A handle waits for its target, or no longer. */
  waiting(waiting: boolean): void;
}

const arrows: Readonly<Record<string, Point>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};
/** Image pixels of an arrow key with Shift. */
const longStep = 5;
/** CSS pixels that a pointer may shake in a click. */
const clickSlack = 4;

/** The step that a key means, in image pixels. */
export function arrowStep({ key, shiftKey }: KeyboardEvent): Point | undefined {
  const step = arrows[key];
  return step && shiftKey ? [step[0] * longStep, step[1] * longStep] : step;
}

/** Handles and targets over the picture: buttons that are placed, moved and removed by pointer and keyboard. */
export class PointsEditor {
  readonly #stage: Stage;
  readonly #events: PointsEvents;
  readonly #layer = box('points');
  readonly #lines = this.#layer.querySelector('svg') ?? this.#layer;
  #pairs: DraftPair[] = [];
  #marks: Marks[] = [];
  /** The end that a pointer holds. */
  #held: { pair: DraftPair; end: End; from: MouseEvent; moved: boolean } | undefined;

  constructor(stage: Stage, events: PointsEvents) {
    this.#stage = stage;
    this.#events = events;
    stage.element.addEventListener('pointermove', (event) => this.#move(event));
    stage.element.addEventListener('pointerup', (event) => this.#up(event));
    stage.element.addEventListener('pointercancel', () => this.#drop());
    this.#layer.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Takes over where the session has its points. What a person holds or has half made stays. */
  sync(points: readonly PointPair[]): void {
    const held = this.#held?.pair;
    const waiting = this.#waiting;
    const kept = waiting ? this.#pairs.slice(0, -1) : this.#pairs;
    if (kept.length === points.length) {
      for (const [i, { handle, target }] of points.entries())
        if (kept[i] !== held) Object.assign(kept[i], { handle, target });
    } else {
      this.#pairs = points.map(({ handle, target }) => ({ handle, target }));
      if (waiting) this.#pairs.push(waiting);
    }
    this.#render();
  }

  /** Forgets a handle that has no target yet. @returns whether there was one */
  cancel(): boolean {
    if (!this.#waiting) return false;
    this.#pairs.pop();
    this.#held = undefined;
    this.#render();
    this.#events.waiting(false);
    return true;
  }

  /** A press on the picture: on a point it takes hold of it, elsewhere it makes one. */
  press(event: PointerEvent): void {
    this.#stage.element.setPointerCapture(event.pointerId);
    const at = this.#marks.findIndex(
      ({ handle, target }) => event.target === handle || event.target === target,
    );
    if (at >= 0 && !this.#waiting) {
      const end = event.target === this.#marks[at].handle ? 'handle' : 'target';
      this.#held = { pair: this.#pairs[at], end, from: event, moved: false };
      return;
    }
    const fresh = !this.#waiting;
    const pair = this.place(this.#stage.pixelAt(event));
    // Pressed and drawn out, a new handle brings its target along.
    this.#held = { pair, end: 'target', from: event, moved: !fresh };
  }

  /** Makes a handle, or the target of the handle that waits for one. */
  place(at: Point): DraftPair {
    let pair = this.#waiting;
    if (pair) pair.target = at;
    else {
      pair = { handle: at, target: null };
      this.#pairs.push(pair);
      this.#events.waiting(true);
    }
    this.#render();
    return pair;
  }

  /** Says that a placed target is final. */
  commit(): void {
    this.#events.waiting(this.#waiting !== undefined);
    this.#events.edited(
      this.#pairs.flatMap(({ handle, target }) => (target ? [{ handle, target }] : [])),
    );
  }

  get #waiting(): DraftPair | undefined {
    return this.#pairs.find(({ target }) => target === null);
  }

  #move(event: PointerEvent): void {
    const held = this.#held;
    if (!held) return;
    const { clientX, clientY } = held.from;
    const far = Math.hypot(event.clientX - clientX, event.clientY - clientY) > clickSlack;
    if (!far && !held.moved) return;
    held.moved = true;
    held.pair[held.end] = this.#stage.pixelAt(event);
    this.#render();
  }

  #up(event: PointerEvent): void {
    if (!this.#held) return;
    const { pair, end, moved } = this.#held;
    this.#move(event);
    this.#drop();
    const marks = this.#marks[this.#pairs.indexOf(pair)];
    (pair.target ? marks?.[end] : marks?.handle)?.focus({ preventScroll: true });
    if (moved) this.commit();
  }

  #drop(): void {
    this.#held = undefined;
  }

  #key(event: KeyboardEvent): void {
    const at = this.#marks.findIndex(
      ({ handle, target }) => event.target === handle || event.target === target,
    );
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const end = event.target === this.#marks[at].handle ? 'handle' : 'target';
    const step = arrowStep(event);
    if (step) this.#nudge(this.#pairs[at], end, step);
    else if (event.key === 'Delete' || event.key === 'Backspace') this.remove(at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #nudge(pair: DraftPair, end: End, [down, right]: Point): void {
    const [row, column] = pair[end] ?? pair.handle;
    pair[end] = this.#stage.clamp([row + down, column + right]);
    this.#render();
    if (pair.target) this.commit();
  }

  /** Removes a pair; the next one, or the cursor, gets the focus. */
  remove(at: number): void {
    this.#pairs.splice(at, 1);
    this.#render();
    const next = this.#marks[Math.min(at, this.#marks.length - 1)];
    (next?.handle ?? button('cursor')).focus({ preventScroll: true });
    this.commit();
  }

  clear(): void {
    this.#pairs = [];
    this.#render();
    this.commit();
  }

  #render(): void {
    while (this.#marks.length < this.#pairs.length) this.#addMarks();
    while (this.#marks.length > this.#pairs.length) this.#removeMarks();
    for (const [i, { handle, target }] of this.#pairs.entries()) {
      const marks = this.#marks[i];
      this.#put(marks.handle, i, 'Handle', handle);
      marks.target.hidden = target === null;
      if (target) this.#put(marks.target, i, 'Target', target);
      const [row, column] = handle;
      const [toRow, toColumn] = target ?? handle;
      for (const line of marks.lines) {
        line.setAttribute('x1', this.#percent(column));
        line.setAttribute('y1', this.#percent(row));
        line.setAttribute('x2', this.#percent(toColumn));
        line.setAttribute('y2', this.#percent(toRow));
      }
    }
    this.#layer.classList.toggle('waiting', this.#waiting !== undefined);
  }

  #percent(pixel: number): string {
    return `${((pixel + 0.5) / this.#stage.side) * 100}%`;
  }

  #put(mark: HTMLButtonElement, index: number, kind: string, at: Point): void {
    const [row, column] = at;
    mark.textContent = String(index + 1);
    mark.ariaLabel = `${kind} ${index + 1}, row ${row}, column ${column}`;
    mark.dataset.row = String(row);
    mark.dataset.column = String(column);
    this.#stage.place(mark, at);
  }

  #addMarks(): void {
    const index = String(this.#marks.length);
    const handle = make('button', { type: 'button' });
    const target = make('button', { type: 'button' });
    handle.dataset.handle = index;
    target.dataset.target = index;
    const lines = ['casing', 'line'].map((name) => {
      const line = document.createElementNS('http://www.w3.org/2000/svg', 'line');
      line.classList.add(name);
      return line;
    });
    this.#layer.append(handle, target);
    this.#lines.append(...lines);
    this.#marks.push({ handle, target, lines });
  }

  #removeMarks(): void {
    const marks = this.#marks.pop();
    for (const element of marks ? [marks.handle, marks.target, ...marks.lines] : [])
      element.remove();
  }
}

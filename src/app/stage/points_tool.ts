import { effect } from '@preact/signals';
import type { Point, PointPair } from '../../library/api.ts';
import { changePoints } from '../state/commands.ts';
import type { Store } from '../state/store.ts';
import type { View } from '../state/view.ts';
import { type DraftPair, type End, PointMarks } from './point_marks.ts';
import type { Stage } from './stage.ts';

const askForStart = 'Press Start or Space, and the picture moves.';
const askForTarget = 'Now the place where it should go.';

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

/** Handles and targets are placed, moved and removed, by pointer and by keyboard. */
export class PointsEditor {
  readonly #stage: Stage;
  readonly #store: Store;
  readonly #view: View;
  readonly #marks: PointMarks;
  #pairs: DraftPair[] = [];
  /** The end that a pointer holds. */
  #held: { pair: DraftPair; end: End; from: MouseEvent; moved: boolean; live: boolean } | undefined;
  #pointer: Point | undefined;

  constructor(stage: Stage, store: Store, view: View) {
    this.#stage = stage;
    this.#store = store;
    this.#view = view;
    this.#marks = new PointMarks(stage);
    stage.root.addEventListener('pointermove', (event) => this.#move(event));
    stage.root.addEventListener('pointerup', (event) => this.#release(event));
    stage.root.addEventListener('pointercancel', () => {
      this.#held = undefined;
    });
    this.#marks.layer.addEventListener('keydown', (event) => this.#key(event));
    effect(() => this.#follow(store.document.value.points));
    effect(() => {
      if (!view.waitingForTarget.value) this.cancel();
    });
  }

  /** Takes over where the document has its points. What a person holds or has half made stays. */
  #follow(points: readonly PointPair[]): void {
    const held = this.#held?.pair;
    const waiting = this.#waiting;
    const kept = this.#pairs.filter((pair) => pair !== waiting);
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
    this.#wait(false);
    return true;
  }

  /** A press on the picture: on a point it takes hold of it, elsewhere it makes one. */
  press(event: PointerEvent): void {
    this.#stage.root.setPointerCapture(event.pointerId);
    const waiting = this.#waiting;
    const found = waiting ? undefined : this.#marks.find(event.target);
    if (found) {
      const { index, end } = found;
      // A running edit follows a target while it is moved; another handle begins a new edit, once it is let go.
      const live = end === 'target';
      this.#held = { pair: this.#pairs[index], end, from: event, moved: false, live };
    } else {
      const pair = this.place(this.#stage.pixelAt(event));
      // Drawn out, a new handle brings its target along.
      this.#held = { pair, end: 'target', from: event, moved: waiting !== undefined, live: false };
    }
  }

  /** Makes a handle, or the target of the handle that waits for one. A target is final with `commit`. */
  place(at: Point): DraftPair {
    const waiting = this.#waiting;
    const pair: DraftPair = waiting ?? { handle: at, target: null };
    if (waiting) waiting.target = at;
    else this.#pairs.push(pair);
    this.#pointer = undefined;
    this.#render();
    if (!waiting) this.#wait(true);
    return pair;
  }

  commit(): void {
    this.#wait(this.#waiting !== undefined);
    this.#tell();
    const idle = !this.#view.waitingForTarget.peek() && !this.#view.running.peek();
    if (idle && this.#pairs.length > 0) this.#view.say(askForStart);
  }

  #tell(): void {
    const pairs = this.#pairs.flatMap(({ handle, target }) => (target ? [{ handle, target }] : []));
    const command = changePoints(this.#store.document.peek().points, pairs);
    if (command) this.#store.do(command);
  }

  /** Removes a pair; the next one, or the cursor, gets the focus. */
  remove(index: number): void {
    this.#pairs.splice(index, 1);
    this.#render();
    if (!this.#marks.focus(Math.min(index, this.#pairs.length - 1), 'handle'))
      this.#stage.elements.cursor.focus({ preventScroll: true });
    this.commit();
  }

  /** Tells whether a handle waits for its target. */
  #wait(waiting: boolean): void {
    this.#view.waitingForTarget.value = waiting;
    this.#view.say(waiting ? askForTarget : '');
  }

  get #waiting(): DraftPair | undefined {
    return this.#pairs.find(({ target }) => target === null);
  }

  #move(event: PointerEvent): void {
    const held = this.#held;
    const at = this.#stage.pixelAt(event);
    if (held) {
      const { clientX, clientY } = held.from;
      held.moved ||= Math.hypot(event.clientX - clientX, event.clientY - clientY) > clickSlack;
      if (!held.moved) return;
      held.pair[held.end] = at;
      if (held.live) this.#tell();
    } else if (this.#waiting && event.pointerType !== 'touch') this.#pointer = at;
    else return;
    this.#render();
  }

  #release(event: PointerEvent): void {
    if (!this.#held) return;
    this.#move(event);
    const { pair, end, moved } = this.#held;
    this.#held = undefined;
    this.#marks.focus(this.#pairs.indexOf(pair), pair.target ? end : 'handle');
    if (moved) this.commit();
  }

  #key(event: KeyboardEvent): void {
    const found = this.#marks.find(event.target);
    if (!found || event.ctrlKey || event.metaKey || event.altKey) return;
    const { index, end } = found;
    const step = arrowStep(event);
    if (step) this.#nudge(this.#pairs[index], end, step);
    else if (event.key === 'Delete' || event.key === 'Backspace') this.remove(index);
    else return;
    event.preventDefault();
  }

  #nudge(pair: DraftPair, end: End, [down, right]: Point): void {
    const [row, column] = pair[end] ?? pair.handle;
    pair[end] = this.#stage.clamp([row + down, column + right]);
    this.#render();
    if (pair.target) this.commit();
  }

  #render(): void {
    this.#marks.show(this.#pairs, this.#pointer);
  }
}

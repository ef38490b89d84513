import { effect } from '@preact/signals';
import type { Point, PointPair } from '../../library/api.ts';
import type { Editor } from '../editor.ts';
import { changePoints, pullPoint } from '../state/commands.ts';
import type { Store } from '../state/store.ts';
import type { View } from '../state/view.ts';
import { arrowStep } from './arrow_step.ts';
import { type DraftPair, type End, PointMarks } from './point_marks.ts';
import { clickSlack, leaves, type Press, shaken } from './press.ts';
import type { Stage } from './stage.ts';

/** What the tools change, and what there is to be said of it. */
export type Editing = Pick<Editor, 'store' | 'view' | 'guide' | 'pull' | 'letGo' | 'takeBackPull'>;

/** Handles and targets are placed, pulled, moved and removed, by pointer and by keyboard. */
export class PointsEditor {
  readonly #stage: Stage;
  readonly #editing: Editing;
  readonly #store: Store;
  readonly #view: View;
  readonly #marks: PointMarks;
  #pairs: DraftPair[] = [];
  #held: Press | undefined;
  #pointer: Point | undefined;

  constructor(stage: Stage, editing: Editing) {
    const { store, view, guide } = editing;
    this.#stage = stage;
    this.#editing = editing;
    this.#store = store;
    this.#view = view;
    this.#marks = new PointMarks(stage);
    stage.root.addEventListener('pointermove', (event) => this.#move(event));
    stage.root.addEventListener('pointerup', (event) => this.#release(event));
    stage.root.addEventListener('pointercancel', () => this.cancelPress());
    this.#marks.layer.addEventListener('keydown', (event) => this.#key(event));
    effect(() => this.#follow(store.document.value.points));
    effect(() => {
      // Again where there are other points, whose marks are new.
      store.document.value.points;
      this.#marks.say(guide.notes.value);
    });
    effect(() => {
      if (!view.waitingForTarget.value) this.cancel();
    });
    effect(() => {
      // What was pulled is put back, or stopped: the pointer that still lies there holds nothing.
      if (!view.pulling.value && this.#held?.pulls && this.#held.moved) this.#held = undefined;
    });
  }

  /** Takes over where the document has its points. What a person holds or has half made stays. */
  #follow(points: readonly PointPair[]): void {
    const own = this.#own;
    const kept = this.#pairs.filter((pair) => pair !== own);
    const held = this.#held?.pair;
    if (kept.length === points.length) {
      for (const [i, { handle, target }] of points.entries())
        if (kept[i] !== held || this.#held?.pulls) Object.assign(kept[i], { handle, target });
    } else {
      this.#pairs = points.map(({ handle, target }) => ({ handle, target }));
      if (own) this.#pairs.push(own);
    }
    this.#render();
  }

  /** The pair that the document does not have yet. */
  get #own(): DraftPair | undefined {
    if (this.#waiting) return this.#waiting;
    return this.#held?.made && !this.#view.pulling.peek() ? this.#held.pair : undefined;
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
      const pair = this.#pairs[found.index];
      // A handle is where the content is: pulling it pulls that on. With Shift it is put onto other content.
      const pulls = found.end === 'handle' && !event.shiftKey;
      const end = pulls ? 'target' : found.end;
      this.#held = { from: event, pair, end, pulls, made: undefined, moved: false };
    } else {
      const pair = this.place(this.#snapped(event));
      this.#held = {
        from: event,
        pair,
        end: 'target',
        pulls: !waiting,
        made: waiting ? 'target' : 'handle',
        moved: waiting !== undefined,
      };
    }
  }

  /** Where a pointer is; beside the handle that waits for its target, there: so a double click makes a pin. */
  #snapped(event: PointerEvent): Point {
    const handle = this.#waiting?.handle;
    const near = handle && this.#stage.distance(event, handle) <= 2 * clickSlack;
    return near ? handle : this.#stage.pixelAt(event);
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

  /** Makes a pair whose handle is to stay where it is. */
  pin(at: Point): void {
    this.cancel();
    this.place(at);
    this.place(at);
    this.commit();
  }

  commit(): void {
    this.#wait(this.#waiting !== undefined);
    this.#tell();
  }

  /** Puts back what the press that goes on has made or moved. */
  cancelPress(): void {
    const held = this.#held;
    if (!held) return;
    this.#held = undefined;
    if (held.pulls && held.moved) this.#editing.takeBackPull();
    else if (held.made === 'target') held.pair.target = null;
    else if (held.made === 'handle') this.#view.waitingForTarget.value = false;
    this.#follow(this.#store.document.peek().points);
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
    this.#view.say('');
  }

  get #waiting(): DraftPair | undefined {
    return this.#pairs.find(({ target }) => target === null);
  }

  #move(event: PointerEvent): void {
    const held = this.#held;
    if (held && event.pointerId !== held.from.pointerId) return;
    const at = this.#stage.pixelAt(event);
    if (held) {
      held.moved ||= leaves(event, held.from);
      if (!held.moved) return;
      if (held.pulls) this.#pull(held, at);
      else {
        held.pair[held.end] = at;
        // A running edit follows a target while it is moved; another handle begins a new edit, once it is let go.
        if (held.end === 'target' && !held.made) this.#tell();
      }
    } else if (this.#waiting && event.pointerType !== 'touch') this.#pointer = at;
    else return;
    this.#render();
  }

  #pull({ pair }: Press, at: Point): void {
    const index = this.#pairs.indexOf(pair);
    if (!pair.target || this.#waiting) {
      pair.target = at;
      this.#view.waitingForTarget.value = false;
    }
    this.#editing.pull(pullPoint(index, pair.handle, at));
  }

  #release(event: PointerEvent): void {
    const held = this.#held;
    if (!held || event.pointerId !== held.from.pointerId) return;
    this.#move(event);
    const { pair, end, pulls, made, moved, from } = held;
    if (!moved && made === 'handle' && shaken(event, from)) {
      this.cancelPress();
      return;
    }
    this.#held = undefined;
    this.#marks.focus(this.#pairs.indexOf(pair), pair.target && !pulls ? end : 'handle');
    if (!moved) return;
    if (pulls) this.#editing.letGo();
    else this.commit();
  }

  #key(event: KeyboardEvent): void {
    const found = this.#marks.find(event.target);
    if (!found || event.ctrlKey || event.metaKey || event.altKey) return;
    const { index, end } = found;
    const pair = this.#pairs[index];
    const step = arrowStep(event);
    if (step) this.#nudge(pair, end, step);
    else if (event.key === 'Delete' || event.key === 'Backspace') this.remove(index);
    else if (event.key.toLowerCase() === 'p') {
      pair.target = pair.handle;
      this.commit();
    } else return;
    event.preventDefault();
  }

  #nudge(pair: DraftPair, end: End, [down, right]: Point): void {
    const [row, column] = pair[end] ?? pair.handle;
    pair[end] = this.#stage.clamp([row + down, column + right]);
    this.#render();
    if (pair.target) this.commit();
  }

  #render(): void {
    const { stopDistance } = this.#store.document.peek().options;
    this.#marks.show(this.#pairs, this.#pointer, stopDistance);
  }
}

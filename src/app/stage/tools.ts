import { computed, effect, untracked } from '@preact/signals';
import type { Point } from '../../library/api.ts';
import type { View } from '../state/view.ts';
import { arrowStep } from './arrow_step.ts';
import { MaskBrush } from './mask_tool.ts';
import { type Editing, PointsEditor } from './points_tool.ts';
import type { Stage } from './stage.ts';
import { TwoFingers } from './two_fingers.ts';
import { WarpView } from './warp_view.ts';

/** Of the wheel, for twice the size. */
const wheelForTwice = 400;
/** In a pointer event's `buttons`. */
const middleButton = 4;
/** CSS pixels across from which on a touch is a palm's. */
const palm = 70;

const isPalm = ({ pointerType, width, height }: PointerEvent): boolean =>
  pointerType === 'touch' && Math.max(width, height) > palm;

/** Which tool the pointer and the keyboard's cursor have over the picture. */
export class Tools {
  readonly #stage: Stage;
  readonly #points: PointsEditor;
  readonly #brush: MaskBrush;
  readonly #view: View;
  readonly #fingers: TwoFingers;
  /** Where the keyboard's cursor is. */
  #at: Point = [0, 0];

  constructor(stage: Stage, editing: Editing) {
    const { store, view } = editing;
    this.#stage = stage;
    this.#view = view;
    this.#points = new PointsEditor(stage, editing);
    this.#brush = new MaskBrush(stage, store, view);
    new WarpView(stage, store, view);
    const { root, cursor } = stage.elements;
    // Before the press: a second finger takes back what the first one began.
    this.#fingers = new TwoFingers(stage, () => {
      this.#points.cancelPress();
      this.#brush.cancelStroke();
    });
    root.addEventListener('pointerdown', (event) => this.#press(event));
    root.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    root.addEventListener('pointermove', ({ buttons, movementX, movementY }) => {
      if (buttons & middleButton) stage.panBy(movementX, movementY);
    });
    cursor.addEventListener('keydown', (event) => this.#key(event));
    cursor.addEventListener('blur', () => this.#brush.hideRing());
    const model = computed(() => store.document.value.model);
    effect(() => {
      const { height, width } = model.value.weights.config;
      untracked(() => {
        this.#points.cancel();
        this.#moveTo([height >> 1, width >> 1]);
      });
    });
    effect(() => {
      if (view.tool.value === 'mask') this.#points.cancel();
      else this.#brush.hideRing();
    });
  }

  #press(event: PointerEvent): void {
    const { ready, split } = this.#view;
    if (!ready.peek() || event.button !== 0 || this.#fingers.both || isPalm(event)) return;
    // There the pointer moves the border between before and now.
    if (split.peek()) return;
    if (this.#view.tool.peek() === 'points') this.#points.press(event);
    else this.#brush.press(event);
  }

  /** Enlarges, or, sideways, moves. What is whole already is made no smaller: there the page scrolls. */
  #wheel(event: WheelEvent): void {
    const { deltaX, deltaY, clientX, clientY } = event;
    if (deltaY > 0 && this.#stage.zoom.peek() <= 1) return;
    event.preventDefault();
    if (Math.abs(deltaX) > Math.abs(deltaY)) this.#stage.panBy(-deltaX, 0);
    else this.#stage.zoomBy(2 ** (-deltaY / wheelForTwice), clientX, clientY);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = arrowStep(event);
    if (step) {
      this.#moveTo(this.#stage.clamp([this.#at[0] + step[0], this.#at[1] + step[1]]));
      this.#view.announcement.value = `Row ${this.#at[0]}, column ${this.#at[1]}`;
    } else if (event.key === 'Enter') this.#act();
    else if (event.key.toLowerCase() === 'p' && this.#view.tool.peek() === 'points')
      this.#points.pin(this.#at);
    else return;
    event.preventDefault();
  }

  #act(): void {
    if (this.#view.tool.peek() === 'points') {
      if (this.#points.place(this.#at).target) this.#points.commit();
    } else {
      this.#brush.dab(this.#at);
      this.#brush.commit();
    }
  }

  #moveTo(at: Point): void {
    this.#at = at;
    this.#stage.place(this.#stage.elements.cursor, at);
    if (this.#view.tool.peek() === 'mask') this.#brush.ringAt(at);
  }
}

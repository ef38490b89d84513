import { computed, effect, untracked } from '@preact/signals';
import type { Point } from '../../library/api.ts';
import type { Store } from '../state/store.ts';
import type { View } from '../state/view.ts';
import { MaskBrush } from './mask_tool.ts';
import { arrowStep, PointsEditor } from './points_tool.ts';
import type { Stage } from './stage.ts';

/** Which tool the pointer and the keyboard's cursor have over the picture. */
export class Tools {
  readonly #stage: Stage;
  readonly #points: PointsEditor;
  readonly #brush: MaskBrush;
  readonly #view: View;
  /** Where the keyboard's cursor is. */
  #at: Point = [0, 0];

  constructor(stage: Stage, store: Store, view: View) {
    this.#stage = stage;
    this.#view = view;
    this.#points = new PointsEditor(stage, store, view);
    this.#brush = new MaskBrush(stage, store, view);
    const { root, cursor } = stage.elements;
    root.addEventListener('pointerdown', (event) => this.#press(event));
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
    if (!this.#view.ready.peek() || event.button !== 0 || !event.isPrimary) return;
    if (this.#view.tool.peek() === 'points') this.#points.press(event);
    else this.#brush.press(event);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = arrowStep(event);
    if (step) {
      this.#moveTo(this.#stage.clamp([this.#at[0] + step[0], this.#at[1] + step[1]]));
      this.#view.announcement.value = `Row ${this.#at[0]}, column ${this.#at[1]}`;
    } else if (event.key === 'Enter') this.#act();
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

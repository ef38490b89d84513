import { effect } from '@preact/signals';
import type { Point } from '../../library/api.ts';
import { box, button } from '../dom/elements.ts';
import type { Tool, View } from '../state/view.ts';
import type { MaskBrush } from './mask_tool.ts';
import { arrowStep, type PointsEditor } from './points_tool.ts';
import type { Stage } from './stage.ts';

/** Which tool the pointer and the keyboard's cursor have over the picture. */
export class Tools {
  readonly #stage: Stage;
  readonly #points: PointsEditor;
  readonly #brush: MaskBrush;
  readonly #view: View;
  readonly #cursor = button('cursor');
  #tool: Tool = 'points';
  #at: Point = [0, 0];
  #enabled = false;

  constructor(stage: Stage, points: PointsEditor, brush: MaskBrush, view: View) {
    this.#stage = stage;
    this.#points = points;
    this.#brush = brush;
    this.#view = view;
    stage.element.addEventListener('pointerdown', (event) => this.#press(event));
    this.#cursor.addEventListener('keydown', (event) => this.#key(event));
    this.#cursor.addEventListener('blur', () => brush.hideRing());
    effect(() => this.#choose(view.tool.value));
  }

  /** A picture is there to work on. */
  enable(): void {
    this.#enabled = true;
    this.#cursor.disabled = false;
    this.#moveTo([this.#stage.side >> 1, this.#stage.side >> 1]);
  }

  #choose(tool: Tool): void {
    this.#tool = tool;
    if (tool === 'mask') this.#points.cancel();
    else this.#brush.hideRing();
    this.#stage.element.dataset.tool = tool;
    for (const name of ['points', 'mask'] as const) {
      button(`tool-${name}`).ariaPressed = String(name === tool);
      box(`${name}-section`).hidden = name !== tool;
    }
  }

  #press(event: PointerEvent): void {
    if (!this.#enabled || event.button !== 0 || !event.isPrimary) return;
    if (this.#tool === 'points') this.#points.press(event);
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
    if (this.#tool === 'points') {
      if (this.#points.place(this.#at).target) this.#points.commit();
    } else {
      this.#brush.dab(this.#at);
      this.#brush.commit();
    }
  }

  #moveTo(at: Point): void {
    this.#at = at;
    this.#stage.place(this.#cursor, at);
    if (this.#tool === 'mask') this.#brush.ringAt(at);
  }
}

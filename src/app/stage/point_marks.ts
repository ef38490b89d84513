import type { Point } from '../../library/api.ts';
import { make } from '../dom/elements.ts';
import type { Stage } from './stage.ts';

export type End = 'handle' | 'target';

/** A pair as it is drawn: its target may be still to come. */
export interface DraftPair {
  handle: Point;
  target: Point | null;
}

interface Marks {
  readonly handle: HTMLButtonElement;
  readonly target: HTMLButtonElement;
  readonly lines: readonly SVGLineElement[];
}

/** The points over the picture: a numbered button for each end, and the line between them. */
export class PointMarks {
  readonly layer: HTMLElement;
  readonly #stage: Stage;
  readonly #lines: SVGElement;
  #marks: Marks[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
    this.layer = stage.elements.points;
    this.#lines = stage.elements.lines;
  }

  /** @param pointer where the line of a pair without a target leads */
  show(pairs: readonly DraftPair[], pointer: Point | undefined): void {
    while (this.#marks.length < pairs.length) this.#add();
    while (this.#marks.length > pairs.length) this.#remove();
    for (const [i, { handle, target }] of pairs.entries()) {
      const marks = this.#marks[i];
      this.#put(marks.handle, `Handle ${i + 1}`, handle);
      marks.target.hidden = target === null;
      if (target) this.#put(marks.target, `Target ${i + 1}`, target);
      for (const line of marks.lines) this.#draw(line, handle, target ?? pointer ?? handle);
    }
    // A click then places the target, even where another point lies.
    this.layer.classList.toggle(
      'waiting',
      pairs.some(({ target }) => target === null),
    );
  }

  /** Which pair and end an event happened on. */
  find(target: EventTarget | null): { index: number; end: End } | undefined {
    for (const [index, marks] of this.#marks.entries())
      for (const end of ['handle', 'target'] as const)
        if (marks[end] === target) return { index, end };
    return undefined;
  }

  /** @returns false where there is no such pair */
  focus(index: number, end: End): boolean {
    this.#marks[index]?.[end].focus({ preventScroll: true });
    return index in this.#marks;
  }

  #put(mark: HTMLButtonElement, name: string, at: Point): void {
    const [row, column] = at;
    mark.ariaLabel = `${name}, row ${row}, column ${column}`;
    mark.dataset.row = String(row);
    mark.dataset.column = String(column);
    this.#stage.place(mark, at);
  }

  #draw(line: SVGLineElement, from: Point, to: Point): void {
    [from, to].forEach((end, i) => {
      const [down, across] = this.#stage.percent(end);
      line.setAttribute(`x${i + 1}`, across);
      line.setAttribute(`y${i + 1}`, down);
    });
  }

  #add(): void {
    const index = this.#marks.length;
    const [handle, target] = [0, 1].map(() => make('button', { type: 'button' }, `${index + 1}`));
    handle.dataset.handle = String(index);
    target.dataset.target = String(index);
    const lines = ['casing', 'line'].map((name) => {
      const line = document.createElementNS('http://www.w3.org/2000/svg', 'line');
      line.classList.add(name);
      return line;
    });
    this.layer.append(handle, target);
    this.#lines.append(...lines);
    this.#marks.push({ handle, target, lines });
  }

  #remove(): void {
    const marks = this.#marks.pop();
    for (const element of marks ? [marks.handle, marks.target, ...marks.lines] : [])
      element.remove();
  }
}

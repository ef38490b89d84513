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
  /** What is said of the pair, beside its handle. */
  readonly note: HTMLElement;
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

  /**
   * @param pointer where the line of a pair without a target leads
   * @param met pixels from its target within which a handle has met it: the two are one mark then
   */
  show(pairs: readonly DraftPair[], pointer: Point | undefined, met: number): void {
    while (this.#marks.length < pairs.length) this.#add();
    while (this.#marks.length > pairs.length) this.#remove();
    for (const [i, { handle, target }] of pairs.entries()) {
      const marks = this.#marks[i];
      this.#put(marks.handle, `Handle ${i + 1}`, handle);
      this.#stage.place(marks.note, handle);
      marks.note.dataset.side = sideOf(handle, target, this.#stage.size.width);
      marks.target.hidden = target === null;
      if (target) this.#put(marks.target, `Target ${i + 1}`, target);
      const away = target && Math.hypot(target[0] - handle[0], target[1] - handle[1]);
      const one = away !== null && away <= met;
      for (const mark of [marks.handle, marks.target]) mark.classList.toggle('met', one);
      marks.handle.textContent = one ? '✓' : `${i + 1}`;
      for (const line of marks.lines) this.#draw(line, handle, target ?? pointer ?? handle);
    }
    // A click then places the target, even where another point lies.
    this.layer.classList.toggle(
      'waiting',
      pairs.some(({ target }) => target === null),
    );
  }

  /** Says something of pairs, beside their handles. */
  say(notes: readonly (string | undefined)[]): void {
    for (const [i, { note }] of this.#marks.entries()) note.textContent = notes[i] ?? '';
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
    const note = make('span', { className: 'note' });
    this.layer.append(handle, target, note);
    this.#lines.append(...lines);
    this.#marks.push({ handle, target, lines, note });
  }

  #remove(): void {
    const marks = this.#marks.pop();
    for (const element of marks ? [marks.handle, marks.target, marks.note, ...marks.lines] : [])
      element.remove();
  }
}

/** On which side of a handle there is room for words, away from its target where that is possible. */
function sideOf([, column]: Point, target: Point | null, width: number): string {
  const left = column > width / 2;
  const targetLeft = target !== null && target[1] < column;
  if (target === null || targetLeft !== left) return left ? 'left' : 'right';
  return left ? 'above-left' : 'above-right';
}

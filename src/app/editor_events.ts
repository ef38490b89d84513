import type { Iteration, PixelImage, RunResult } from '../index.ts';

/** What a picture is generated from. */
export interface PictureSource {
  readonly seed: number;
  readonly psi: number;
}

/** What the editor tells the page. */
export interface EditorEvents {
  /** A new picture is there: its original, for comparing. */
  picture(original: PixelImage): void;
  /** Points, mask, undo state, or running changed. */
  changed(): void;
  /** Undone, redone, or reset. */
  restored(): void;
  started(): void;
  iterated(iteration: Iteration): void;
  finished(result: RunResult): void;
  say(message: string): void;
  fail(error: unknown): void;
  /** Nothing can be done any more. */
  broken(error: unknown): void;
}

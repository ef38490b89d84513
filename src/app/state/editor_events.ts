import type { Iteration, Model, PixelImage, RunResult } from '../../library/api.ts';
import type { PictureSource } from './picture_source.ts';

/** What the editor tells the page. */
export interface EditorEvents {
  /** Another model is there, and its first picture is seen. */
  model(model: Model, picture: PictureSource): void;
  /** The model is about to leave the device: resolves once nothing but the edit uses it any more. */
  leaving(): Promise<void>;
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

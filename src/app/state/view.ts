import { signal } from '@preact/signals';
import type { Iteration } from '../../library/api.ts';
import { describe } from './describe.ts';
import type { PictureSource } from './picture_source.ts';
import type { Progress } from './progress.ts';

export type Tool = 'points' | 'mask';

/** What the brush paints: what may move, or what must stay. */
export type BrushKind = 'allow' | 'fix';

/** The line under the picture. */
export interface StatusLine {
  readonly text: string;
  readonly kind: 'info' | 'error';
}

/** Why nothing can be done any more. */
export interface Failure {
  readonly error: unknown;
  /** Tries again with the document as it is; undefined where there is none yet: then the page has to be reloaded. */
  readonly retry?: () => void;
}

/** How the document is looked at, and what is going on. None of it is saved or undone. */
export class View {
  /** There is a picture to work on. */
  readonly ready = signal(false);
  readonly running = signal(false);
  /** The last iteration of the edit that is seen; undefined before there is one. */
  readonly iteration = signal<Iteration | undefined>(undefined);
  /** Milliseconds an iteration, averaged so that it can be read. */
  readonly pace = signal<number | undefined>(undefined);
  readonly status = signal<StatusLine>({ text: '', kind: 'info' });
  /** What a screen reader says besides the status. */
  readonly announcement = signal('');
  readonly tool = signal<Tool>('points');
  readonly brushKind = signal<BrushKind>('allow');
  /** The brush's diameter, in pixels of the picture. */
  readonly brushSize = signal(1);
  /** Interpolate between the picture's pixels, or show each as a square. */
  readonly smooth = signal(true);
  /** A picture is still to be shown: what is seen lags behind. */
  readonly drawing = signal(false);
  /** The original is seen in the edited picture's place. */
  readonly comparing = signal(false);
  /** A handle waits for its target. */
  readonly waitingForTarget = signal(false);
  /** The picture that was asked for last, while it is being generated: the controls show it before it is there. */
  readonly wantedSource = signal<PictureSource | undefined>(undefined);
  /** Undefined as long as the page can go on. */
  readonly failure = signal<Failure | undefined>(undefined);

  say(text: string): void {
    this.status.value = { text, kind: 'info' };
  }

  fail(error: unknown): void {
    console.warn(error);
    this.status.value = { text: describe(error), kind: 'error' };
  }

  /** Says how far something is. @param prefix before each stage of it */
  follow(prefix: string): Progress {
    return (fraction, what) => {
      const percent = fraction === undefined ? '…' : `, ${Math.floor(100 * fraction)} %`;
      this.say(`${prefix}${what}${percent}`);
    };
  }

  /** Before the first iteration of an edit. */
  clearCounters(): void {
    this.iteration.value = undefined;
    this.pace.value = undefined;
  }
}

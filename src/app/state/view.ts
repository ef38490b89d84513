import { signal } from '@preact/signals';
import type { Iteration, PixelImage, Point } from '../../library/api.ts';
import { describe } from './describe.ts';
import type { MeasurePn } from './farness.ts';
import type { Outcome } from './guide.ts';
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

/** A picture that is seen. */
export interface SeenPicture {
  readonly image: PixelImage;
  /** Row and column of each. */
  readonly handles: readonly Point[];
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
  /** What the last run came to, once its picture is seen. */
  readonly outcome = signal<Outcome | undefined>(undefined);
  /** Measures the open model's latents; undefined until it can. */
  readonly measurePn = signal<MeasurePn | undefined>(undefined);
  /** What there is to be said beside the hint, which stands where the text is empty. */
  readonly status = signal<StatusLine>({ text: '', kind: 'info' });
  /** What a screen reader says besides the status. */
  readonly announcement = signal('');
  readonly tool = signal<Tool>('points');
  readonly brushKind = signal<BrushKind>('allow');
  /** The brush's diameter, in pixels of the picture. */
  readonly brushSize = signal(1);
  /** The mask is seen: its veil while it is painted, else its outline. */
  readonly maskShown = signal(true);
  /** Interpolate between the picture's pixels, or show each as a square. */
  readonly smooth = signal(true);
  /** The model's own pictures come too late to follow a hand. */
  readonly slow = signal(false);
  /** The picture that was drawn last, where it is asked for, and where the handles were then. */
  readonly seen = signal<SeenPicture | undefined>(undefined);
  /** A picture is still to be shown: what is seen lags behind. */
  readonly drawing = signal(false);
  /** The original is seen in the edited picture's place. */
  readonly comparing = signal(false);
  /** The original is seen beside the edited picture, up to a border. */
  readonly split = signal(false);
  /** The original, where it was asked for. */
  readonly original = signal<PixelImage | undefined>(undefined);
  /** A handle waits for its target. */
  readonly waitingForTarget = signal(false);
  /** A pointer pulls a point, and the picture follows. */
  readonly pulling = signal(false);
  /** The picture that was asked for last, while it is being generated: the controls show it before it is there. */
  readonly wantedSource = signal<PictureSource | undefined>(undefined);
  /** What is edited is kept in this browser. */
  readonly keeps = signal(false);
  /** The sheet of keys is open. */
  readonly helping = signal(false);
  /** A file is being opened, and can still be left. */
  readonly opening = signal(false);
  /** Undefined as long as the page can go on. */
  readonly failure = signal<Failure | undefined>(undefined);

  say(text: string): void {
    this.status.value = { text, kind: 'info' };
  }

  fail(error: unknown): void {
    console.warn(error);
    this.status.value = { text: describe(error), kind: 'error' };
  }

  /** Says how far something is. @param prefix before each stage of it @param suffix after it */
  follow(prefix: string, suffix = ''): Progress {
    return (fraction, what) => {
      const percent = fraction === undefined ? '…' : `, ${Math.floor(100 * fraction)} %`;
      this.say(`${prefix}${what}${percent}${suffix}`);
    };
  }

  /** Before the first iteration of an edit. */
  clearCounters(): void {
    this.iteration.value = undefined;
    this.pace.value = undefined;
  }
}

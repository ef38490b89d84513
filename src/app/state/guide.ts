import type { PointPair, RunResult } from '../../library/api.ts';
import { type Document, samePoint } from './document.ts';
import type { Farness } from './farness.ts';

/** What the last run came to, and the points that it left. */
export interface Outcome extends RunResult {
  readonly points: readonly PointPair[];
}

/** Where an edit stands, as far as what is said depends on it. */
export interface Standing {
  readonly document: Document;
  readonly running: boolean;
  /** A handle waits for its target. */
  readonly waiting: boolean;
  /** A pointer pulls a point. */
  readonly pulling: boolean;
  /** The model's own pictures come too late to follow a hand. */
  readonly slow: boolean;
  /** Of the last run; it says nothing of other points than it left. */
  readonly outcome: Outcome | undefined;
  readonly farness: Farness | undefined;
}

/** What a person may do next, or what has come of the last run: a line that stands where the page says nothing else. */
export function hintOf(standing: Standing): string {
  const { document, running, waiting, pulling, slow, outcome, farness } = standing;
  const { points, mask } = document;
  if (running && slow) return slowness;
  if (pulling) return 'Let go, and the picture settles; Esc puts it back.';
  if (running) return '';
  if (waiting) return 'Now the place where it should go; Esc forgets the spot.';
  if (points.length === 0)
    return 'Choose a spot that should move and pull it; or click it, then the place where it should go.';
  if (outcome?.points === points) return describeOutcome(outcome, farness);
  if (document.edit?.arrived) return 'The points are where they should be.';
  if (mask?.every((stays) => stays === 1)) return 'The mask lets nothing move: paint what may.';
  const button = document.edit?.iterations ? 'Go on' : 'Start';
  return `Press ${button} or Space, and the picture moves.`;
}

/** Without a figure, which would be read out again and again; the counters have it. */
const slowness =
  'An iteration takes longer than 100 ms here: until it comes, the picture is only warped.';

/** What a run came to. It has arrived only where the picture is still one. */
function describeOutcome(
  { stopped, iterations, distance }: RunResult,
  farness: Farness | undefined,
): string {
  const after = `after ${iterations} iteration${iterations === 1 ? '' : 's'}`;
  const left = `${distance.toFixed(1)} px left`;
  switch (stopped) {
    case 'arrived':
      if (!farness?.torn) return `Arrived ${after}.`;
      return `The points are there ${after}, but the picture is ${farness.pn.toFixed(1)} from typical and may be torn: undo, or try the method Best.`;
    case 'steps':
      return `Not there yet ${after}: ${left}. Go on makes more.`;
    case 'stopped':
      return `Stopped ${after}: ${left}.`;
    case 'farthest':
      return `As far as this picture goes, ${after}: ${left}. Beyond, it would tear.`;
    case 'stalled':
      return `No longer getting nearer, ${after}: ${left}. Go on, or move the target.`;
    case 'diverged':
      return `The drag diverged ${after}, and the last good picture is back. Try a smaller learning rate.`;
  }
}

/** What is to be said of each point, beside it; undefined where nothing is. */
export function pointNotes({ document, running, outcome }: Standing): (string | undefined)[] {
  const { points, mask, model, options } = document;
  const { width } = model.weights.config;
  const ended = !running && outcome?.points === points ? outcome.stopped : undefined;
  return points.map(({ handle, target }) => {
    const away = Math.hypot(target[0] - handle[0], target[1] - handle[1]);
    if (away <= options.stopDistance) return undefined;
    const at = Math.round(handle[0]) * width + Math.round(handle[1]);
    if (mask?.[at] === 1 && !samePoint(handle, target)) return 'lies where nothing may move';
    if (ended === 'stalled') return 'no longer getting nearer';
    if (ended === 'farthest') return 'as far as this picture goes';
    return undefined;
  });
}

/** What the run button does next. */
export type NextRun = 'stop' | 'start' | 'goOn' | 'goFurther';

/** @returns undefined where there is nothing to run */
export function nextRun({
  document,
  running,
  waiting,
}: Pick<Standing, 'document' | 'running' | 'waiting'>): NextRun | undefined {
  const { points, edit } = document;
  if (running) return 'stop';
  if (points.length === 0 || waiting) return undefined;
  if (edit?.arrived) return 'goFurther';
  return edit && edit.iterations > 0 ? 'goOn' : 'start';
}

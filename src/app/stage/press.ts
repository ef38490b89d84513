import type { DraftPair, End } from './point_marks.ts';

/** CSS pixels that a pointer may shake in a click. */
export const clickSlack = 4;
/** Milliseconds that a finger stays before it pulls: one that is gone before has swiped over the picture. */
const shortestPull = 100;

/** What a pointer holds, from its press on. */
export interface Press {
  readonly from: PointerEvent;
  readonly pair: DraftPair;
  readonly end: End;
  /** The picture follows at once: a new spot, or the handle of a pair, is pulled. */
  readonly pulls: boolean;
  /** What the press has made, to be unmade where it is cancelled. */
  readonly made: End | undefined;
  /** It has left the place where it began. */
  moved: boolean;
}

/** Whether a pointer has left the place of its press. A finger that has only swiped has not. */
export function leaves(event: PointerEvent, from: PointerEvent): boolean {
  const swipes = event.pointerType === 'touch' && event.timeStamp - from.timeStamp < shortestPull;
  return !swipes && shaken(event, from);
}

/** Whether a pointer has moved further than it shakes in a click. */
export const shaken = (event: PointerEvent, from: PointerEvent): boolean =>
  Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > clickSlack;

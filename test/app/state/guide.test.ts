import { expect, it } from 'vitest';
import { goFurther } from '../../../src/app/state/commands.ts';
import type { Document } from '../../../src/app/state/document.ts';
import { farnessOf } from '../../../src/app/state/farness.ts';
import { hintOf, nextRun, type Outcome, pointNotes } from '../../../src/app/state/guide.ts';
import type { PointPair, StopReason } from '../../../src/library/api.ts';
import { beginning } from './documents.ts';

const points: readonly PointPair[] = [
  { handle: [2, 3], target: [2, 9] },
  { handle: [5, 5], target: [5, 5] },
];
const placed: Document = { ...beginning, points };
const { height, width } = beginning.model.weights.config;

const standing = (document: Document, stopped?: StopReason) => ({
  document,
  running: false,
  waiting: false,
  pulling: false,
  slow: false,
  outcome: stopped && outcome(stopped),
  farness: undefined,
});

const outcome = (stopped: StopReason): Outcome => ({
  stopped,
  iterations: 7,
  distance: 3,
  millisecondsPerIteration: 1,
  points,
});

it.each<[what: string, state: Parameters<typeof hintOf>[0], hint: RegExp]>([
  ['there are no points', standing(beginning), /^Choose a spot/],
  ['a handle waits', { ...standing(beginning), waiting: true }, /^Now the place/],
  ['it runs', { ...standing(placed), running: true }, /^$/],
  ['it is slow', { ...standing(placed), running: true, slow: true }, /only warped/],
  ['it has not run', standing(placed), /^Press Start/],
  ['it came no nearer', standing(placed, 'stalled'), /^No longer getting nearer, after 7 it/],
  ['it would tear', standing(placed, 'farthest'), /^As far as this picture goes, after 7 it/],
  ['it arrived', standing(placed, 'arrived'), /^Arrived after 7 iterations\.$/],
  ['the outcome is of other points', standing({ ...placed, points: [...points] }, 'arrived'), /^P/],
])('says what to do next where %s', (_, state, hint) => {
  expect(hintOf(state)).toMatch(hint);
});

it('does not call it an arrival where the picture is torn', () => {
  const farness = farnessOf(placed, () => 12);
  expect(hintOf({ ...standing(placed, 'arrived'), farness })).toMatch(/12\.0 from typical.*torn/);
});

it('says where a drag will end, half as far again as its start at least', () => {
  const bounded = { ...placed, options: { ...placed.options, farthest: 3 } };
  expect(farnessOf(bounded, () => 1)).toEqual({ pn: 1, stopsAt: 3, torn: false });
  expect(farnessOf(bounded, () => 4).stopsAt).toBe(6);
  expect(farnessOf(placed, () => 4).stopsAt).toBeUndefined();
});

it('tells beside each point what keeps it', () => {
  expect(pointNotes(standing(placed))).toEqual([undefined, undefined]);
  expect(pointNotes(standing(placed, 'stalled'))).toEqual(['no longer getting nearer', undefined]);
  expect(pointNotes(standing(placed, 'farthest'))[0]).toBe('as far as this picture goes');
  const mask = new Uint8Array(height * width);
  mask[2 * width + 3] = 1;
  expect(pointNotes(standing({ ...placed, mask }))[0]).toBe('lies where nothing may move');
  const everything = new Uint8Array(height * width).fill(1);
  // A pin is not to move.
  expect(pointNotes(standing({ ...placed, mask: everything }))[1]).toBeUndefined();
});

it('offers the run that is next', () => {
  const edit = { ws: beginning.ws, handles: [], iterations: 4, arrived: false };
  const arrived: Document = { ...placed, edit: { ...edit, handles: [[2, 1]], arrived: true } };
  expect(nextRun(standing(beginning))).toBeUndefined();
  expect(nextRun({ ...standing(placed), waiting: true })).toBeUndefined();
  expect(nextRun({ ...standing(placed), running: true })).toBe('stop');
  expect(nextRun(standing(placed))).toBe('start');
  expect(nextRun(standing({ ...placed, edit }))).toBe('goOn');
  expect(nextRun(standing(arrived))).toBe('goFurther');
});

it('goes further the way that the handles came, as far as the picture reaches', () => {
  const edit = {
    ws: beginning.ws,
    handles: [
      [2, 1],
      [5, 5],
    ] as [number, number][],
    iterations: 4,
    arrived: true,
  };
  const [moved, pin] = goFurther.apply({ ...placed, edit }).points;
  expect(moved).toEqual({ handle: [2, 3], target: [2, 13] });
  expect(pin).toEqual(points[1]);
  const far = { ...placed, points: [{ handle: [2, 3], target: [2, width - 2] } as PointPair] };
  expect(goFurther.apply({ ...far, edit }).points[0].target).toEqual([2, width - 1]);
});

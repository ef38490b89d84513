import { expect, it } from 'vitest';
import type { Document } from '../../../src/app/state/document.ts';
import { iterationsOf, RunTrail } from '../../../src/app/state/run_trail.ts';
import { beginning, latentLength } from './documents.ts';

/** A document that a run comes through, as its iterations and the place of its target say. */
function at(iterations: number, column: number, arrived = false): Document {
  const ws = new Float32Array(latentLength).fill(iterations);
  return {
    ...beginning,
    ws,
    points: [{ handle: [3, 3 + iterations], target: [3, column] }],
    edit: { ws: beginning.ws, handles: [[3, 3]], iterations, arrived },
  };
}

it('leads back to every picture of a run, and on from there to its last targets', () => {
  const trail = new RunTrail();
  const [first, second] = [at(0, 5), at(1, 6)];
  trail.begin(first);
  trail.add(second);
  const last = at(2, 9);
  trail.end(last);
  expect(trail.documents.value.map(({ points }) => points)).toEqual([
    [{ handle: [3, 3], target: [3, 9] }],
    [{ handle: [3, 4], target: [3, 9] }],
    [{ handle: [3, 5], target: [3, 9] }],
  ]);
  expect([trail.indexOf(last), trail.indexOf(first)]).toEqual([2, -1]);
  expect([trail.leadsFrom(last), trail.leadsFrom(first)]).toEqual([true, false]);
});

it('goes on where the run before it ended, and begins anew elsewhere', () => {
  const trail = new RunTrail();
  trail.begin(at(0, 9));
  const end = at(1, 9);
  trail.end(end);
  trail.begin(end);
  expect(trail.documents.value).toHaveLength(2);
  trail.begin(at(0, 4));
  expect(trail.documents.value).toHaveLength(1);
});

it('takes one document of each picture, and every second of a long run', () => {
  const trail = new RunTrail();
  trail.begin(at(0, 9));
  const step = at(1, 9);
  trail.add(step);
  trail.add({ ...step, mask: null });
  expect(trail.documents.value).toHaveLength(2);
  for (let made = 2; made < 400; made++) trail.add(at(made, 9));
  expect(trail.documents.value.length).toBeLessThanOrEqual(256);
  expect(trail.documents.value.at(-1)?.edit?.iterations).toBe(399);
});

it('counts no step for the iteration that finds the points arrived', () => {
  expect([iterationsOf(beginning), iterationsOf(at(4, 9)), iterationsOf(at(4, 9, true))]).toEqual([
    0, 4, 3,
  ]);
});

import { describe, expect, it } from 'vitest';
import {
  changeOption,
  changePoints,
  clearMask,
  clearPoints,
  invertMask,
  movePoint,
  newPicture,
  openModel,
  paintMask,
  placePoint,
  removePoint,
  reset,
  takeDefaultOptions,
} from '../../../src/app/state/commands.ts';
import { type Document, newDocument } from '../../../src/app/state/document.ts';
import { changedPart } from '../../../src/app/state/picture_source.ts';
import type { PointPair } from '../../../src/library/api.ts';
import { beginning, modelNamed, pictureOf } from './documents.ts';

const pair: PointPair = { handle: [10, 12], target: [20, 12] };
const other: PointPair = { handle: [30, 32], target: [30, 40] };
const placed = placePoint(0, pair).apply(beginning);

/** As it is after three iterations towards `pair`. */
const dragged: Document = {
  ...placed,
  ws: new Float32Array(beginning.ws.length).fill(0.5),
  points: [{ handle: [13, 12], target: [20, 12] }],
  edit: { ws: beginning.ws, handles: [[10, 12]], iterations: 3, arrived: false },
};

describe('points', () => {
  it('are placed, moved and removed, and the document before stays as it was', () => {
    const two = placePoint(1, other).apply(placed);
    expect(two.points).toEqual([pair, other]);
    const moved = movePoint(1, 'target', [1, 2]).apply(two);
    expect(moved.points).toEqual([pair, { handle: [30, 32], target: [1, 2] }]);
    expect(removePoint(0).apply(moved).points).toEqual([moved.points[1]]);
    expect(clearPoints.apply(moved).points).toEqual([]);
    expect(two.points).toEqual([pair, other]);
    expect(beginning.points).toEqual([]);
  });

  it('that are where they were are no change', () => {
    expect(movePoint(0, 'handle', pair.handle).apply(placed)).toBe(placed);
    expect(clearPoints.apply(beginning)).toBe(beginning);
  });

  it('begin another edit with their handles, and with their targets only after an arrival', () => {
    const towards = (document: Document) => movePoint(0, 'target', [5, 5]).apply(document).edit;
    expect(towards(dragged)).toBe(dragged.edit);
    expect(movePoint(0, 'handle', [5, 5]).apply(dragged).edit).toBeNull();
    expect(placePoint(1, other).apply(dragged).edit).toBeNull();
    const { edit } = dragged;
    expect(towards({ ...dragged, edit: edit && { ...edit, arrived: true } })).toBeNull();
  });

  it('say which they are', () => {
    expect(movePoint(0, 'handle', [1, 1]).label).toBe('move point 1');
    expect(movePoint(1, 'target', [1, 1]).label).toBe('move target 2');
    expect(movePoint(0, 'handle', [1, 1]).mergeKey).not.toBe(
      movePoint(1, 'handle', [1, 1]).mergeKey,
    );
  });
});

describe('the mask', () => {
  const mask = Uint8Array.of(1, 0, 1, 0);

  it('is painted, inverted and cleared', () => {
    const painted = paintMask(mask).apply(beginning);
    expect(painted.mask).toBe(mask);
    expect(invertMask.apply(painted).mask).toEqual(Uint8Array.of(0, 1, 0, 1));
    expect(mask, 'the old one is as it was').toEqual(Uint8Array.of(1, 0, 1, 0));
    expect(clearMask.apply(painted).mask).toBeNull();
  });

  it('is none where nothing must stay', () => {
    expect(invertMask.apply({ ...beginning, mask: Uint8Array.of(1, 1) }).mask).toBeNull();
    expect(invertMask.apply(beginning)).toBe(beginning);
    expect(clearMask.apply(beginning)).toBe(beginning);
  });
});

describe('what a mask keeps', () => {
  const mask = Uint8Array.of(1, 0);

  it('is the picture at which the first mask was painted, until it is cleared', () => {
    const painted = paintMask(mask).apply(dragged);
    expect(painted.kept).toBe(dragged.ws);
    const moved = { ...painted, ws: pictureOf(5).ws };
    expect(paintMask(Uint8Array.of(1, 1)).apply(moved).kept).toBe(dragged.ws);
    expect(invertMask.apply(moved).kept).toBe(dragged.ws);
    expect(clearMask.apply(moved).kept).toBeUndefined();
    expect(paintMask(mask).apply(clearMask.apply(moved)).kept).toBe(moved.ws);
  });

  it('goes with the picture', () => {
    const painted = paintMask(mask).apply(dragged);
    expect(reset.apply(painted).kept).toBe(painted.initial.ws);
    expect(newPicture(pictureOf(7), 'seed').apply(painted).kept).toBeUndefined();
  });
});

describe('options', () => {
  it('change one by one, and go back together', () => {
    const changed = changeOption('r1', 5).apply(changeOption('steps', 10).apply(beginning));
    expect(changed.options).toEqual({ ...beginning.options, r1: 5, steps: 10 });
    expect(changeOption('r1', 5).label).toBe('change patch radius r₁');
    expect(takeDefaultOptions(beginning.options).apply(changed).options).toEqual(beginning.options);
  });

  it('refuse what cannot be used', () => {
    expect(() => changeOption('r1', -1).apply(beginning)).toThrow(/r1 is -1/);
    expect(() => changeOption('steps', 0).apply(beginning)).toThrow(/steps is 0/);
  });

  it('begin another edit with another space alone', () => {
    expect(changeOption('lambda', 3).apply(dragged).edit).toBe(dragged.edit);
    expect(changeOption('space', 'w').apply(dragged).edit).toBeNull();
  });
});

describe('pictures and models', () => {
  it('begin without points, mask and edit', () => {
    const next = newPicture(pictureOf(7), 'seed').apply({ ...dragged, mask: Uint8Array.of(1) });
    const { ws } = next;
    expect([next.points, next.mask, next.edit]).toEqual([[], null, null]);
    expect([next.initial.ws, ws[0], next.source.seed]).toEqual([ws, 7, 7]);
    expect(next.options).toBe(dragged.options);
  });

  it('name themselves', () => {
    expect(newPicture(pictureOf(7), 'seed').label).toBe('change the seed');
    const { ws } = pictureOf(7);
    const source = { seed: 0, psi: 1, latent: { name: 'face.npz', ws } };
    expect(newPicture({ source, ws }, 'latent').label).toBe('open face.npz');
    const opened = newDocument(modelNamed('cat.pkl'), pictureOf(1), beginning.options);
    expect(openModel(opened).label).toBe('open cat.pkl');
    expect(openModel(opened).apply(dragged)).toBe(opened);
  });
});

describe('reset', () => {
  it('leads to the initial latent, with the handles where the edit began', () => {
    const after = reset.apply(dragged);
    expect(after.ws).toBe(dragged.initial.ws);
    expect(after.points).toEqual([pair]);
    expect(after.edit).toBeNull();
  });

  it('of a picture as it was generated is no change', () => {
    expect(reset.apply(placed)).toBe(placed);
  });
});

describe('what led from some points to others', () => {
  const two = [pair, other];
  const label = (from: readonly PointPair[], to: readonly PointPair[]) =>
    changePoints(from, to)?.label;
  const led = (to: readonly PointPair[]) =>
    changePoints(two, to)?.apply({ ...beginning, points: two }).points;

  it('is one command', () => {
    expect(label([pair], two)).toBe('place point 2');
    expect(label(two, [other])).toBe('remove point 1');
    expect(label(two, [pair])).toBe('remove point 2');
    expect(label(two, [])).toBe('clear the points');
    expect(label([pair], [{ ...pair, handle: [0, 0] }])).toBe('move point 1');
    expect(label(two, [pair, { ...other, target: [0, 0] }])).toBe('move target 2');
    expect(led([other])).toEqual([other]);
    expect(led([pair, { ...other, target: [0, 0] }])?.[1].target).toEqual([0, 0]);
  });

  it('is none where nothing is other', () => {
    expect(changePoints(two, [{ ...pair }, { ...other }])).toBeUndefined();
    expect(changePoints([], [])).toBeUndefined();
  });
});

describe('the part of the controls that led from one picture to another', () => {
  const { ws } = pictureOf(1);
  const latent = { name: 'face.npz', ws };
  const from = { seed: 1, psi: 1 };

  it('is the one that is other', () => {
    expect(changedPart(from, { ...from, seed: 2 })).toBe('seed');
    expect(changedPart(from, { ...from, psi: 0.5 })).toBe('truncation');
    expect(changedPart(from, { ...from, cutoff: 3 })).toBe('cutoff');
    expect(changedPart(from, { ...from, classIndex: 1 })).toBe('class');
    expect(changedPart(from, { ...from, mix: { seed: 2, rows: [0] } })).toBe('style mixing');
    expect(changedPart(from, { ...from, latent })).toBe('latent');
  });

  it('is the seed where a latent is left for it', () => {
    expect(changedPart({ ...from, latent }, from)).toBe('seed');
  });

  it('does not mind what was left open', () => {
    const all = { ...from, cutoff: 14, classIndex: 0 };
    expect(changedPart(from, { ...all, mix: { seed: 2, rows: [0] } })).toBe('style mixing');
  });
});

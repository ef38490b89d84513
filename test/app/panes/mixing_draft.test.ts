import { describe, expect, test } from 'vitest';
import {
  emptyDraft,
  followMix,
  mixOf,
  readRows,
  toggleRange,
} from '../../../src/app/panes/mixing_draft.ts';

const numWs = 10;
const empty = emptyDraft(numWs);

describe('style mixing as it is typed', () => {
  test('begins without a mix, with the coarse rows at hand', () => {
    expect(empty.rows).toBe('0-3');
    expect(mixOf(empty, numWs)).toBeUndefined();
    expect(mixOf({ ...empty, seed: 2 }, numWs)).toEqual({ seed: 2, rows: [0, 1, 2, 3] });
  });

  test('is no mix while its rows are none, or not rows of the network', () => {
    expect(mixOf({ ...empty, seed: 2, rows: ' ' }, numWs)).toBeUndefined();
    expect(mixOf({ ...empty, seed: 2, rows: '5-12' }, numWs)).toBeUndefined();
    expect(readRows('5-12', numWs)).toMatch(/a row from 0 to 9/);
  });

  test('stays as long as the picture’s mix is its own, or the one that it was typed over', () => {
    const over = { seed: 2, rows: [8, 9] };
    const halfTyped = { seed: 2, rows: '8-', over };
    expect(followMix(halfTyped, over, numWs)).toBe(halfTyped);
    const typed = { seed: 2, rows: '8', over };
    expect(followMix(typed, { seed: 2, rows: [8] }, numWs)).toBe(typed);
  });

  test('gives way to another mix, as after undo, and to none', () => {
    const typed = { seed: 2, rows: '8', over: undefined };
    expect(followMix(typed, { seed: 3, rows: [0, 1] }, numWs)).toMatchObject({
      seed: 3,
      rows: '0-1',
    });
    const mixed = { ...typed, over: { seed: 2, rows: [8] } };
    expect(followMix(mixed, undefined, numWs)).toMatchObject({ seed: undefined, rows: '8' });
  });

  test('gives way to the mix that it was typed over, once that is back', () => {
    const over = { seed: 2, rows: [8] };
    expect(followMix({ ...empty, seed: 2 }, undefined, numWs).seed).toBeUndefined();
    expect(followMix({ seed: undefined, rows: '8', over }, over, numWs).seed).toBe(2);
  });

  test('takes a range of rows in and out', () => {
    expect(toggleRange('0-3', 'fine', numWs)).toBe('0-3,8-9');
    expect(toggleRange('0-3,8-9', 'coarse', numWs)).toBe('8-9');
    expect(toggleRange('5-12', 'coarse', numWs)).toBe('0-3');
  });
});

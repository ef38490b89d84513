import { describe, expect, it } from 'vitest';
import { keptCells, keptInside } from '../../src/models/kept_cells.ts';

describe('what a mask keeps of a map', () => {
  it('is the part of each cell that it covers', () => {
    const mask = Uint8Array.from([1, 1, 0, 0, 1, 1, 0, 1]);
    const kept = keptCells(mask, { height: 2, width: 4 }, { height: 1, width: 2 });
    expect([...kept]).toEqual([1, 0.25]);
  });

  it('is nothing of a cell that has no pixel', () => {
    const kept = keptCells(Uint8Array.of(1), { height: 1, width: 1 }, { height: 2, width: 2 });
    expect([...kept]).toEqual([1, 0, 0, 0]);
  });

  it('ends a cell before what may move, and at the edge of the map with the map', () => {
    const all = new Float32Array(6).fill(1);
    expect(keptInside(all, { height: 2, width: 3 })).toEqual(all);
    // Three rows of four cells, of which one corner may move by half.
    const kept = Float32Array.from([0.5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
    expect([...keptInside(kept, { height: 3, width: 4 })]).toEqual([
      0.5, 0.5, 1, 1, 0.5, 1, 1, 0, 1, 1, 0, 0,
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import {
  parseRows,
  rowsOf,
  writeRows,
} from '../../../../src/models/stylegan2/network/latent_rows.ts';

describe('rows of a latent', () => {
  it.each([
    ['0', [0]],
    ['0-3', [0, 1, 2, 3]],
    ['0-3,6', [0, 1, 2, 3, 6]],
    ['1,3-4,9', [1, 3, 4, 9]],
  ])('are read from %s and written so', (text, rows) => {
    expect(parseRows(text, 10)).toEqual(rows);
    expect(writeRows(rows)).toBe(text);
  });

  it('are sorted, and each counted once', () => {
    expect(parseRows(' 5-6, 0 ,6', 10)).toEqual([0, 5, 6]);
  });

  it('are parted in coarse, middle and fine, as far as there are any', () => {
    const parts = (numWs: number) =>
      (['coarse', 'middle', 'fine'] as const).map((range) => writeRows(rowsOf(range, numWs)));
    expect(parts(18)).toEqual(['0-3', '4-7', '8-17']);
    expect(parts(10)).toEqual(['0-3', '4-7', '8-9']);
    expect(parts(6)).toEqual(['0-3', '4-5', '']);
  });
});

import { describe, expect, it } from 'vitest';
import { fullList } from '../../../src/engine/autotune/tunable_layers.ts';

describe('a list of cells at its longest', () => {
  it.each([
    { height: 64, width: 64, covered: 100 },
    { height: 64, width: 8, covered: 300 },
    { height: 8, width: 64, covered: 300 },
    { height: 20, width: 12, covered: 240 },
    { height: 1, width: 6, covered: 6 },
  ])('lies in a map of $height × $width, each cell once', ({ height, width, covered }) => {
    const [computed, ring, , , ...cells] = fullList(
      { computed: covered - 1, covered },
      { height, width },
    );
    expect([computed, ring]).toEqual([covered - 1, covered]);
    expect(new Set(cells).size).toBe(covered);
    for (const cell of cells) {
      expect(cell >> 16).toBeGreaterThanOrEqual(0);
      expect(cell >> 16).toBeLessThan(height);
      expect(cell & 0xffff).toBeLessThan(width);
    }
  });
});

import { expect, it } from 'vitest';
import { maskOutline } from '../../../src/app/stage/mask_outline.ts';

it('draws the border between what moves and what stays, and none at the picture’s edge', () => {
  const mask = Uint8Array.from([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
  expect(maskOutline(mask, { height: 3, width: 4 })).toBe('M0 2h2M2 0v2');
  expect(maskOutline(new Uint8Array(12).fill(1), { height: 3, width: 4 })).toBe('');
});

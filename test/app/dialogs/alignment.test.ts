import { describe, expect, it } from 'vitest';
import {
  type Alignment,
  alignmentMatrix,
  centred,
  shifted,
  turned,
  zoomed,
  zoomLimits,
} from '../../../src/app/dialogs/alignment.ts';

const photograph = { width: 300, height: 200 };
const square = { width: 100, height: 100 };

/** Where a pixel of the photograph comes to lie in the frame. */
function placed(alignment: Alignment, x: number, y: number, frame = square): number[] {
  const [a, b, c, d, e, f] = alignmentMatrix(alignment, photograph, frame);
  return [a * x + c * y + e, b * x + d * y + f];
}

const expectNear = (found: number[], wanted: number[]): void =>
  found.forEach((value, axis) => {
    expect(value).toBeCloseTo(wanted[axis], 6);
  });

/** The pixel of the photograph that lies at a place in the frame. */
function pixelAt(alignment: Alignment, x: number, y: number): number[] {
  const [a, b, c, d, e, f] = alignmentMatrix(alignment, photograph, square);
  const determinant = a * d - b * c;
  return [(d * (x - e) - c * (y - f)) / determinant, (a * (y - f) - b * (x - e)) / determinant];
}

describe('the alignment of a photograph', () => {
  it('begins with the shorter side filling the frame, the longer one cut at both ends', () => {
    expectNear(placed(centred, 150, 100), [50, 50]);
    expectNear(placed(centred, 50, 0), [0, 0]);
    expectNear(placed(centred, 250, 200), [100, 100]);
  });

  it('begins by covering a frame that is not square, and moves by its larger side', () => {
    const tall = { width: 50, height: 100 };
    expectNear(placed(centred, 150, 100, tall), [25, 50]);
    expectNear(placed(centred, 150, 0, tall), [25, 0]);
    expectNear(placed(shifted(centred, 0.25, -0.1), 150, 100, tall), [50, 40]);
    const wide = { width: 100, height: 50 };
    expectNear(placed(centred, 0, 100, wide), [0, 25]);
    expectNear(placed(centred, 300, 100, wide), [100, 25]);
  });

  it('moves by sides of the frame', () => {
    expectNear(placed(shifted(centred, 0.25, -0.1), 150, 100), [75, 40]);
  });

  it('enlarges about the place that is pointed at', () => {
    const before = turned(shifted(centred, 0.1, 0.05), 0.3);
    const after = zoomed(before, 1.7, [0.2, -0.3]);
    expect(after.zoom).toBeCloseTo(1.7);
    expectNear(pixelAt(after, 70, 20), pixelAt(before, 70, 20));
  });

  it('turns clockwise about the middle of the frame', () => {
    const before = shifted(centred, 0.1, 0.2);
    const after = turned(before, Math.PI / 2);
    expectNear(pixelAt(after, 50, 50), pixelAt(before, 50, 50));
    // What was right of the middle is below it.
    expectNear(pixelAt(after, 50, 60), pixelAt(before, 60, 50));
  });

  it('is enlarged and reduced within bounds', () => {
    expect(zoomed(centred, 1e9).zoom).toBe(zoomLimits.most);
    expect(zoomed(centred, 1e-9).zoom).toBe(zoomLimits.least);
  });
});

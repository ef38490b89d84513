import { PNG } from 'pngjs';
import type { Pixel } from './landmarks.ts';
import type { Picture } from './patch_search.ts';

/** One edit on the sheet: pictures from left to right, each with circles. */
export interface Panel {
  picture: Picture;
  marks: { at: Pixel; colour: [number, number, number] }[];
}

const gap = 6;
const circleRadius = 2.5;

/** Rows of edits as one PNG. */
export function editSheet(entries: Panel[][], columns: number): Buffer {
  const { side } = entries[0][0].picture;
  const entryWidth = entries[0].length * side + gap;
  const rows = Math.ceil(entries.length / columns);
  const png = new PNG({ width: columns * entryWidth - gap, height: rows * (side + gap) - gap });
  png.data.fill(255);
  for (const [i, panels] of entries.entries()) {
    for (const [j, panel] of panels.entries()) {
      const left = (i % columns) * entryWidth + j * side;
      paste(png, panel, left, Math.floor(i / columns) * (side + gap));
    }
  }
  return PNG.sync.write(png, { colorType: 2, inputHasAlpha: true });
}

function paste(png: PNG, { picture, marks }: Panel, left: number, top: number): void {
  const { side, rgb } = picture;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const ring = marks.find(
        ({ at }) => Math.abs(Math.hypot(row - at.row, column - at.column) - circleRadius) < 0.6,
      );
      for (let c = 0; c < 3; c++) {
        const value = ring ? ring.colour[c] : rgb[3 * (row * side + column) + c];
        png.data[4 * ((top + row) * png.width + left + column) + c] = value;
      }
    }
  }
}

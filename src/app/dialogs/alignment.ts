/** Pixels of a picture, or of a frame. */
export interface Extent {
  readonly height: number;
  readonly width: number;
}

/** How a photograph lies in a frame of the model's shape. Lengths are in sides of the frame: its larger one. */
export interface Alignment {
  /** 1: as small as the photograph can be while it covers the frame. */
  readonly zoom: number;
  /** Radians, clockwise. */
  readonly angle: number;
  /** Where the photograph's middle lies, from the frame's middle: right, down. */
  readonly shift: readonly [number, number];
}

/** The side of a frame in which an alignment counts lengths. */
export const sideOf = ({ height, width }: Extent): number => Math.max(height, width);

export const centred: Alignment = { zoom: 1, angle: 0, shift: [0, 0] };

/** Farther out there is more border than photograph, farther in more blur than detail. */
export const zoomLimits = { least: 0.5, most: 8 };

/** The matrix a, b, c, d, e, f of a canvas: from pixels of a photograph to pixels of a frame. */
export type Matrix = readonly [number, number, number, number, number, number];

export function alignmentMatrix(
  { zoom, angle, shift }: Alignment,
  { width, height }: Extent,
  frame: Extent,
): Matrix {
  const side = sideOf(frame);
  const scale = zoom * Math.max(frame.width / width, frame.height / height);
  const cos = scale * Math.cos(angle);
  const sin = scale * Math.sin(angle);
  const x = frame.width / 2 + side * shift[0];
  const y = frame.height / 2 + side * shift[1];
  return [
    cos,
    sin,
    -sin,
    cos,
    x - (cos * width - sin * height) / 2,
    y - (sin * width + cos * height) / 2,
  ];
}

/** Moved by a way in sides of the frame. The photograph's middle stays within the frame's reach. */
export function shifted(alignment: Alignment, right: number, down: number): Alignment {
  const reach = zoomLimits.most;
  const bound = (value: number): number => Math.min(reach, Math.max(-reach, value));
  const [x, y] = alignment.shift;
  return { ...alignment, shift: [bound(x + right), bound(y + down)] };
}

/** Enlarged so that what lies at `at` (in sides of the frame, from its middle) stays there. */
export function zoomed(
  alignment: Alignment,
  factor: number,
  at: readonly [number, number] = [0, 0],
): Alignment {
  const { least, most } = zoomLimits;
  const zoom = Math.min(most, Math.max(least, alignment.zoom * factor));
  const grown = zoom / alignment.zoom;
  const [x, y] = alignment.shift;
  return {
    ...alignment,
    zoom,
    shift: [at[0] + (x - at[0]) * grown, at[1] + (y - at[1]) * grown],
  };
}

/** Turned about the frame's middle. */
export function turned(alignment: Alignment, angle: number): Alignment {
  const by = angle - alignment.angle;
  const [x, y] = alignment.shift;
  const cos = Math.cos(by);
  const sin = Math.sin(by);
  return { ...alignment, angle, shift: [cos * x - sin * y, sin * x + cos * y] };
}

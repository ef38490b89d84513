import { type FactorName, type Factors, factorNames } from './factors.ts';
import { type Landmark, landmarkPixel, type Pixel } from './landmarks.ts';

/**
 * Twenty edits whose right result is known: the factors before and after, the landmarks that are
 * dragged from the one picture's places to the other's, and, where an edit is local, what may move.
 */
export interface Edit {
  name: string;
  before: Factors;
  after: Factors;
  landmarks: Landmark[];
  mask: MaskRule | undefined;
}

/** What a person would brush, in pixels of a 128-pixel picture. */
export type MaskRule =
  /** Everything stays but discs around the middle of each landmark's way. */
  | { free: number }
  /** A disc around the nose stays. */
  | { face: number };

type Change = Partial<Factors>;

const plain: Factors = {
  ...(Object.fromEntries(factorNames.map((name) => [name, 0.5])) as Factors),
  ...{ earLlen: 0.4, earRlen: 0.4, eyeL: 0.8, eyeR: 0.8 },
  ...{ mouth: 0.3, smile: 0.6, mane: 0.35, light: 0.55, iris: 0.4, lightDir: 0.35 },
};

/** What no edit is about: drawn anew for each, so that the edits show twenty animals. */
const looks: FactorName[] = ['maneCol', 'hue', 'light', 'stripe', 'iris', 'lightDir', 'bg', 'nose'];
const poses: FactorName[] = ['yaw', 'pitch', 'roll', 'px', 'py', 'muzzle'];

/** Numbers in [0, 1) by Weyl's sequence: the same on every machine. */
function weyl(edit: number, draw: number): number {
  return ((edit + 1) * 0.7548776662466927 + (draw + 1) * 0.5698402909980532) % 1;
}

function animal(edit: number, change: Change): Factors {
  const drawn: Change = {};
  for (const [i, name] of looks.entries()) drawn[name] = 0.15 + 0.7 * weyl(edit, i);
  for (const [i, name] of poses.entries()) drawn[name] = 0.35 + 0.3 * weyl(edit, looks.length + i);
  return { ...plain, ...drawn, ...change };
}

type Row = [name: string, from: Change, to: Change, landmarks: Landmark[], mask?: MaskRule];

const rows: Row[] = [
  ['open the mouth', { mouth: 0.25 }, { mouth: 0.9 }, ['chin'], { free: 17 }],
  ['close the mouth', { mouth: 0.85 }, { mouth: 0.15 }, ['chin'], { free: 17 }],
  ['close the left eye', { eyeL: 0.8 }, { eyeL: 0.06 }, ['lidL'], { free: 15 }],
  ['open the right eye', { eyeR: 0.13 }, { eyeR: 0.75 }, ['lidR'], { free: 15 }],
  [
    'close both eyes',
    { eyeL: 0.8, eyeR: 0.8 },
    { eyeL: 0.06, eyeR: 0.06 },
    ['lidL', 'lidR'],
    { free: 15 },
  ],
  ['turn left', { yaw: 0.6 }, { yaw: 0.2 }, ['nose']],
  ['turn right and down', { yaw: 0.4, pitch: 0.6 }, { yaw: 0.75, pitch: 0.25 }, ['nose']],
  ['nod', { pitch: 0.7 }, { pitch: 0.25 }, ['nose']],
  ['tilt the head', { roll: 0.25 }, { roll: 0.85 }, ['earL', 'earR']],
  ['lengthen the left ear', { earLlen: 0.3 }, { earLlen: 0.9 }, ['earL'], { free: 17 }],
  ['shorten the right ear', { earRlen: 0.85 }, { earRlen: 0.3 }, ['earR'], { free: 17 }],
  ['right ear outwards', { earRang: 0.2, earRlen: 0.6 }, { earRang: 0.9 }, ['earR'], { free: 19 }],
  ['raise the brows', { brow: 0.2 }, { brow: 0.95 }, ['browL', 'browR'], { free: 9 }],
  ['lower the brows', { brow: 0.9 }, { brow: 0.15 }, ['browL', 'browR'], { free: 9 }],
  ['move right', { px: 0.3 }, { px: 0.8 }, ['nose', 'eyeL', 'eyeR']],
  ['move up', { py: 0.25 }, { py: 0.8 }, ['nose', 'eyeL', 'eyeR']],
  ['widen the mane', { mane: 0.45 }, { mane: 0.75 }, ['maneL'], { face: 28 }],
  ['nearer', { size: 0.2 }, { size: 0.85 }, ['earL', 'earR', 'chin']],
  ['farther', { size: 0.85 }, { size: 0.2 }, ['earL', 'earR', 'chin']],
  ['lengthen the muzzle', { muzzle: 0.1, yaw: 0.15 }, { muzzle: 0.95 }, ['nose'], { free: 18 }],
];

export const edits: Edit[] = rows.map(([name, from, to, landmarks, mask], i) => {
  const before = animal(i, from);
  return { name, before, after: { ...before, ...to }, landmarks, mask };
});

export interface EditPoints {
  handles: Pixel[];
  targets: Pixel[];
}

/** Whole pixels: the handle is the landmark's nearest, the target moves it by the true way. */
export function pointsOf(edit: Edit, size: number): EditPoints {
  const handles: Pixel[] = [];
  const targets: Pixel[] = [];
  for (const landmark of edit.landmarks) {
    const from = landmarkPixel(edit.before, landmark, size);
    const to = landmarkPixel(edit.after, landmark, size);
    const handle = { row: Math.round(from.row), column: Math.round(from.column) };
    handles.push(handle);
    targets.push({
      row: handle.row + Math.round(to.row - from.row),
      column: handle.column + Math.round(to.column - from.column),
    });
  }
  return { handles, targets };
}

/** 1 = must stay; undefined where the whole picture may move. */
export function maskOf(edit: Edit, size: number): Uint8Array | undefined {
  return edit.mask && ruledMask(edit.mask, edit.before, pointsOf(edit, size), size);
}

/** What a person would brush for these points on the picture of these factors. 1 = must stay. */
export function ruledMask(
  rule: MaskRule,
  before: Factors,
  { handles, targets }: EditPoints,
  size: number,
): Uint8Array {
  if ('face' in rule) {
    const nose = landmarkPixel(before, 'nose', size);
    return discs([nose], (rule.face * size) / 128, size, { inside: 1, outside: 0 });
  }
  const middles = handles.map((handle, j) => ({
    row: (handle.row + targets[j].row) / 2,
    column: (handle.column + targets[j].column) / 2,
  }));
  return discs(middles, (rule.free * size) / 128, size, { inside: 0, outside: 1 });
}

function discs(
  centres: Pixel[],
  radius: number,
  size: number,
  value: { inside: number; outside: number },
): Uint8Array {
  const isInside = (i: number) =>
    centres.some(
      ({ row, column }) => Math.hypot(Math.floor(i / size) - row, (i % size) - column) <= radius,
    );
  return Uint8Array.from({ length: size * size }, (_, i) =>
    isInside(i) ? value.inside : value.outside,
  );
}

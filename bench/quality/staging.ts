import { ruledMask } from '../../tools/train-demo/edits.ts';
import type { FactorName, Factors } from '../../tools/train-demo/factors.ts';
import type { Picture } from '../../tools/train-demo/patch_search.ts';
import { findSpot, type Place } from '../../tools/train-demo/surface.ts';
import type { Case } from './cases.ts';
import { placed, type Scene, side, type View } from './scene.ts';

/** What cases are told apart by. */
export const classNames = ['pose', 'shape', 'expression', 'size', 'smooth', 'anywhere'] as const;
export type ClassName = (typeof classNames)[number];

/** Factors by what they do; the rest are looks, which no drag is about. */
export const factorGroups = {
  pose: ['yaw', 'pitch', 'roll'],
  shape: ['earLlen', 'earRlen', 'earLang', 'earRang', 'muzzle', 'nose', 'mane'],
  expression: ['eyeL', 'eyeR', 'mouth', 'smile', 'brow'],
  size: ['px', 'py', 'size'],
  looks: ['maneCol', 'hue', 'light', 'stripe', 'iris', 'lightDir', 'bg'],
} as const satisfies Record<string, readonly FactorName[]>;

/** A case with its truth: the pictures before and after, and where its spots are in them. */
export interface StagedCase {
  readonly case: Case;
  readonly kind: ClassName;
  /** z of the picture before. */
  readonly z: Float32Array;
  readonly factors: Factors;
  readonly before: View;
  /** The picture of the changed factors; absent where spots are dragged somewhere. */
  readonly after?: View;
  /** Whole pixels, as a person gives them. */
  readonly handles: readonly Place[];
  readonly targets: readonly Place[];
  /** Where each spot should come to, to a fraction of a pixel. */
  readonly wanted: readonly Place[];
  /** 1 = must stay. */
  readonly mask?: Uint8Array;
}

/** Why a case can't be dragged. */
export interface HiddenSpot {
  readonly hidden: string;
}

/**
 * Renders a case and finds its spots. A spot that is hidden before or after the change can't be dragged there.
 */
export async function stage(scene: Scene, given: Case): Promise<StagedCase | HiddenSpot> {
  const { z, factors } = placed(given.animal, scene.basis);
  const isChange = Object.keys(given.change).length > 0;
  const pictures = isChange ? [factors, { ...factors, ...given.change }] : [factors];
  const [before, after] = await scene.render(pictures);
  const ways: { from: Place; to: Place }[] = [];
  for (const [j, spot] of given.spots.entries()) {
    const from = findSpot(before.surface, spot);
    if (!from) return { hidden: `spot ${j + 1} is hidden before the drag` };
    const { by } = spot;
    const to = by
      ? { row: from.row + by[0], column: from.column + by[1] }
      : after && findSpot(after.surface, spot);
    if (!to) return { hidden: `spot ${j + 1} is hidden after the change` };
    ways.push({ from, to });
  }
  const handles = ways.map(({ from }) => wholePixel(from));
  const targets = ways.map(({ from, to }, j) =>
    wholePixel({
      row: handles[j].row + Math.round(to.row - from.row),
      column: handles[j].column + Math.round(to.column - from.column),
    }),
  );
  return {
    case: given,
    kind: kindOf(given, before.picture, handles),
    z,
    factors,
    before,
    after,
    handles,
    targets,
    wanted: ways.map(({ to }) => to),
    mask: given.mask && ruledMask(given.mask, factors, { handles, targets }, side),
  };
}

function wholePixel({ row, column }: Place): Place {
  const within = (x: number): number => Math.min(side - 1, Math.max(0, Math.round(x)));
  return { row: within(row), column: within(column) };
}

/** Smooth where every handle lies on smooth skin; else what the first of the changed factors does. */
function kindOf(given: Case, picture: Picture, handles: readonly Place[]): ClassName {
  const changed = Object.keys(given.change);
  if (changed.length === 0) return 'anywhere';
  if (handles.every((handle) => isSmooth(picture, handle))) return 'smooth';
  const groups = ['pose', 'shape', 'expression', 'size'] as const;
  return groups.find((group) => factorGroups[group].some((name) => name === changed[0])) ?? 'shape';
}

/** Half the side of the patch that is judged, and the spread of its grey below which it is smooth. */
const patchRadius = 5;
const smoothBelow = 15;

/** True where the grey of the 11 × 11 pixels around a place has a standard deviation below 15 of 255. */
export function isSmooth({ side, rgb }: Picture, { row, column }: Place): boolean {
  const greys: number[] = [];
  for (let y = row - patchRadius; y <= row + patchRadius; y++)
    for (let x = column - patchRadius; x <= column + patchRadius; x++) {
      if (y < 0 || x < 0 || y >= side || x >= side) continue;
      const at = 3 * (y * side + x);
      greys.push(0.299 * rgb[at] + 0.587 * rgb[at + 1] + 0.114 * rgb[at + 2]);
    }
  const mean = greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
  const variance = greys.reduce((sum, grey) => sum + (grey - mean) ** 2, 0) / greys.length;
  return Math.sqrt(variance) < smoothBelow;
}

import {
  type PrincipalBasis,
  typicality,
} from '../../src/models/stylegan2/network/principal_basis.ts';
import { type Judge, type Judgement, locate } from '../../tools/judge/judge.ts';
import { type FactorName, type Factors, factorNames } from '../../tools/train-demo/factors.ts';
import { type Picture, searchPatch } from '../../tools/train-demo/patch_search.ts';
import { apart } from '../../tools/train-demo/surface.ts';
import type { Edit } from './methods.ts';
import type { Scene } from './scene.ts';
import { factorGroups, type StagedCase } from './staging.ts';

/** What an edit came to. Distances in pixels, pictures in decibels. */
export interface Outcome {
  /** From each spot's content, as the judge sees it, to where it should be. */
  readonly distances: readonly number[];
  /** The same by a search for the render's patch within 14 pixels, the mean; absent without a right result. */
  readonly patch?: number;
  /** To the right result, where before and after differ and elsewhere; absent without one. */
  readonly psnrMoved?: number;
  readonly psnrOutside?: number;
  /** Mean change of a colour value, of 255, where the mask says that all stays; absent without a mask. */
  readonly keptChange?: number;
  /** Mean change of the factors that should have stayed, in their standard deviations. */
  readonly leak: number;
  /** Of the rows that drags move, the mean. */
  readonly pn: number;
  readonly outside: number;
  readonly torn: boolean;
  /** Decibels to the render of the factors that the judge reads from the picture: what no lion looks like is far off. */
  readonly plausible: number;
  /** From the picture before to the one that was dragged there and back, by `pictureDistance`. */
  readonly thereAndBack?: number;
  readonly iterations: number;
  readonly milliseconds: number;
  readonly failure?: Failure;
}

/**
 * `stalled`: the points did not arrive; `drifted`: the tracker says that they did, and the content did not;
 * `ran_away`: torn; `wrong_means`: the content came to its target, but what should have stayed did not.
 */
export const failures = ['stalled', 'drifted', 'ran_away', 'wrong_means'] as const;
export type Failure = (typeof failures)[number];

/** Content within so many pixels of its target has arrived. */
export const nearEnough = 3;
/** Rows of the latent that a drag moves. SPEC §3. */
const draggedRows = 6;
/** A uniform factor's standard deviation. */
export const factorSpread = Math.sqrt(1 / 12);
/** Beyond this leak, arrival is by the wrong means. */
const mostLeak = 0.6;
/** P_N beyond which pictures were seen to be torn or washed out. */
const mostTypical = 9;
/** Decibels below which no animal looks like the picture: the model's own of 40 seeds have 18.3 to 25, the median 22. */
const leastPlausible = 17.5;

/** What edits are measured with. */
export interface Tools {
  readonly judge: Judge;
  readonly principal: PrincipalBasis;
  readonly scene: Scene;
}

/**
 * Measures an edit's picture against a case's truth.
 * @param before the model's picture before the edit, and what the judge sees in it
 */
export async function measure(
  given: StagedCase,
  before: { readonly picture: Picture; readonly seen: Judgement },
  edit: Edit,
  picture: Picture,
  { judge, principal, scene }: Tools,
): Promise<Outcome> {
  const seen = judge(picture);
  const distances = given.case.spots.map((spot, j) => apart(locate(seen, spot), given.wanted[j]));
  const { pn, outside } = typical(edit.ws, principal);
  const leak = leakOf(given, before.seen.factors, seen.factors);
  const [likeliest] = await scene.render([seen.factors]);
  const plausible = psnrWhere(picture, likeliest.picture, () => true) ?? 0;
  const torn = pn > mostTypical || plausible < leastPlausible;
  const measured = {
    distances,
    ...(given.after ? againstTruth(given, given.after.picture, picture) : {}),
    ...(given.mask ? { keptChange: changeWhereKept(given.mask, before.picture, picture) } : {}),
    leak,
    pn,
    outside,
    torn,
    plausible,
    iterations: edit.iterations,
    milliseconds: edit.milliseconds,
  };
  return {
    ...measured,
    failure: edit.stopped === undefined ? undefined : failureOf(measured, edit),
  };
}

/** What went wrong; undefined where nothing did. */
export function failureOf(
  { distances, torn, leak }: Pick<Outcome, 'distances' | 'torn' | 'leak'>,
  { stopped }: Pick<Edit, 'stopped'>,
): Failure | undefined {
  if (torn || stopped === 'diverged') return 'ran_away';
  if (Math.max(...distances) > nearEnough) return stopped === 'arrived' ? 'drifted' : 'stalled';
  return leak > mostLeak ? 'wrong_means' : undefined;
}

function againstTruth(given: StagedCase, wanted: Picture, picture: Picture) {
  const moved = movedPixels(given.before.picture, wanted);
  const patches = given.targets.map((target) => searchPatch(wanted, picture, target).distance);
  return {
    patch: patches.reduce((sum, found) => sum + found, 0) / patches.length,
    psnrMoved: psnrWhere(picture, wanted, (i) => moved[i] === 1),
    psnrOutside: psnrWhere(picture, wanted, (i) => moved[i] === 0),
  };
}

/** A pixel whose colour differs by more than this has moved, and so have those within two pixels of it. */
const movedBy = 16;
const movedAround = 2;

function movedPixels(before: Picture, after: Picture): Uint8Array {
  const { side } = before;
  const moved = new Uint8Array(side ** 2);
  for (let i = 0; i < side ** 2; i++) {
    const differs = [0, 1, 2].some(
      (c) => Math.abs(before.rgb[3 * i + c] - after.rgb[3 * i + c]) > movedBy,
    );
    if (!differs) continue;
    const [row, column] = [Math.floor(i / side), i % side];
    for (let y = row - movedAround; y <= row + movedAround; y++)
      for (let x = column - movedAround; x <= column + movedAround; x++)
        if (y >= 0 && x >= 0 && y < side && x < side) moved[y * side + x] = 1;
  }
  return moved;
}

/** Peak signal to noise in dB over some pixels; undefined where there are none. */
function psnrWhere(
  a: Picture,
  b: Picture,
  isCounted: (pixel: number) => boolean,
): number | undefined {
  let [sum, count] = [0, 0];
  for (let i = 0; i < a.side ** 2; i++) {
    if (!isCounted(i)) continue;
    for (let c = 0; c < 3; c++) sum += (a.rgb[3 * i + c] - b.rgb[3 * i + c]) ** 2;
    count += 3;
  }
  return count === 0 ? undefined : -10 * Math.log10(Math.max(sum / count, 1e-3) / 255 ** 2);
}

function changeWhereKept(mask: Uint8Array, before: Picture, after: Picture): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    for (let c = 0; c < 3; c++) sum += Math.abs(after.rgb[3 * i + c] - before.rgb[3 * i + c]);
    count += 3;
  }
  return sum / Math.max(1, count);
}

/** Where nothing says what should change, colours, light and background should not. */
function leakOf(given: StagedCase, before: Factors, after: Factors): number {
  const changed = Object.keys(given.case.change);
  const still: readonly FactorName[] =
    changed.length > 0 ? factorNames.filter((name) => !changed.includes(name)) : factorGroups.looks;
  const sum = still.reduce((total, name) => total + Math.abs(after[name] - before[name]), 0);
  return sum / still.length / factorSpread;
}

function typical(ws: Float32Array, principal: PrincipalBasis): { pn: number; outside: number } {
  const { wDim } = principal;
  const rows = Math.min(draggedRows, ws.length / wDim);
  let [pn, outside] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const found = typicality(principal, ws.subarray(row * wDim, (row + 1) * wDim));
    pn += found.pn / rows;
    // Of lengths, as the figures are, not of their squares.
    outside += Math.sqrt(found.outside) / rows;
  }
  return { pn, outside };
}

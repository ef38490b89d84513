import type { MaskRule } from '../../tools/train-demo/edits.ts';
import type { FactorName, Factors } from '../../tools/train-demo/factors.ts';
import { uniformNumbers } from '../../tools/train-demo/random.ts';
import { apart, findSpot, type Place, type Spot } from '../../tools/train-demo/surface.ts';
import { type Case, partIds } from './cases.ts';
import { placed, type Scene, side, type View } from './scene.ts';
import { type ClassName, factorGroups, isSmooth } from './staging.ts';

/** Parts of the head that a person would take hold of. */
const grips: readonly number[] = [
  partIds.fur,
  partIds.mane,
  partIds.ear,
  partIds.nose,
  partIds.eye,
];
/** Pixels between a point and the border, and between two spots, at least. */
const border = 5;
const spacing = 10;
/** How far a spot has to move, and may, in pixels. */
const shortest = 4;
const longest = 26;
const anywhereWay = { least: 10, most: 22 };
/** A factor changes by this much at least. */
const leastChange = 0.35;
const tries = 400;

/** What a class of cases is drawn from. */
interface Recipe {
  readonly groups: readonly (keyof typeof factorGroups)[];
  readonly mostFactors: number;
  readonly mostSpots: number;
  /** Whether only what is near the points may move. */
  readonly local: boolean;
}

const recipes: Record<Exclude<ClassName, 'anywhere'>, Recipe> = {
  pose: { groups: ['pose'], mostFactors: 2, mostSpots: 3, local: false },
  shape: { groups: ['shape'], mostFactors: 1, mostSpots: 2, local: true },
  expression: { groups: ['expression'], mostFactors: 1, mostSpots: 2, local: true },
  size: { groups: ['size'], mostFactors: 2, mostSpots: 5, local: false },
  smooth: { groups: ['pose', 'size', 'shape'], mostFactors: 1, mostSpots: 2, local: false },
};

/**
 * A case of a class on the animal of a seed: some factors changed, and visible spots that the change moves. Undefined
 * where this animal and change have no such spots.
 */
export async function drawCase(
  scene: Scene,
  kind: Exclude<ClassName, 'anywhere'>,
  seed: number,
): Promise<Case | undefined> {
  const random = uniformNumbers(seed);
  const recipe = recipes[kind];
  const { factors } = placed({ seed }, scene.basis);
  const group = pick(recipe.groups, random);
  const change = drawChange(factors, factorGroups[group], recipe.mostFactors, random);
  const [before, after] = await scene.render([factors, { ...factors, ...change }]);
  const wanted = 1 + Math.floor(random() * recipe.mostSpots);
  const drawn = drawSpots(before, after, kind === 'smooth', wanted, random);
  if (drawn.length === 0) return undefined;
  const way = Math.max(...drawn.map(({ from, to }) => apart(from, to)));
  const mask = maskFor(recipe, group, Object.keys(change), way);
  return { animal: { seed }, change, spots: drawn.map(({ spot }) => spot), mask };
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)];
}

function drawChange(
  factors: Factors,
  names: readonly FactorName[],
  most: number,
  random: () => number,
): Partial<Factors> {
  const change: Partial<Factors> = {};
  const count = 1 + Math.floor(random() * most);
  while (Object.keys(change).length < count) {
    const name = pick(names, random);
    const to = 0.05 + 0.9 * random();
    if (Math.abs(to - factors[name]) >= leastChange) change[name] = round(to);
  }
  return change;
}

interface DrawnSpot {
  readonly spot: Spot;
  readonly from: Place;
  readonly to: Place;
}

function drawSpots(
  before: View,
  after: View,
  smooth: boolean,
  wanted: number,
  random: () => number,
): DrawnSpot[] {
  const drawn: DrawnSpot[] = [];
  const pixels = gripPixels(before);
  for (let i = 0; i < tries && drawn.length < wanted; i++) {
    // A part first, so that a nose is drawn as often as a mane.
    const pixel = pick(pick(pixels, random), random);
    const from = { row: Math.floor(pixel / side), column: pixel % side };
    const spot = spotAt(before, from);
    if (!spot || isSmooth(before.picture, from) !== smooth) continue;
    const to = findSpot(after.surface, spot);
    if (!to || !isInside(to)) continue;
    const way = apart(from, to);
    if (way < shortest || way > longest) continue;
    if (drawn.every((other) => apart(other.from, from) >= spacing)) drawn.push({ spot, from, to });
  }
  return drawn;
}

/** Visible spots of a picture, as many of each part. */
export function gripSpots(view: View, count: number, random: () => number): Spot[] {
  const pixels = gripPixels(view);
  const spots: Spot[] = [];
  for (let i = 0; i < tries && spots.length < count; i++) {
    const pixel = pick(pick(pixels, random), random);
    const spot = spotAt(view, { row: Math.floor(pixel / side), column: pixel % side });
    if (spot) spots.push(spot);
  }
  return spots;
}

/** The pixels of each grip that the picture shows. */
function gripPixels({ surface }: View): number[][] {
  const pixels: number[][] = grips.map(() => []);
  for (let i = 0; i < side ** 2; i++) pixels[grips.indexOf(surface.parts[i])]?.push(i);
  return pixels.filter(({ length }) => length > 0);
}

/** The spot that a pixel shows; undefined where it is no grip, near the border, or not found again where it is. */
function spotAt({ surface }: View, at: Place): Spot | undefined {
  const pixel = at.row * side + at.column;
  const part = surface.parts[pixel];
  if (!grips.includes(part) || !isInside(at)) return undefined;
  const [x, y, z] = [0, 1, 2].map((c) => round(surface.canonical[3 * pixel + c]));
  const spot: Spot = { part, canonical: [x, y, z] };
  const again = findSpot(surface, spot);
  return again && apart(again, at) < 0.8 ? spot : undefined;
}

const isInside = ({ row, column }: Place): boolean =>
  [row, column].every((x) => x >= border && x <= side - 1 - border);

const round = (x: number): number => Math.round(x * 1000) / 1000;

function maskFor(
  { local }: Recipe,
  group: keyof typeof factorGroups,
  changed: readonly string[],
  way: number,
): MaskRule | undefined {
  if (changed[0] === 'mane') return { face: 28 };
  if (!local && group !== 'shape') return undefined;
  return { free: Math.round(Math.min(24, Math.max(12, way / 2 + 9))) };
}

/**
 * What a newcomer does first: a random visible spot of the head, dragged 10 to 22 pixels in a random direction. It has no
 * right result.
 * @param seed of the animal and of the drag
 */
export async function drawAnywhere(scene: Scene, seed: number): Promise<Case> {
  const random = uniformNumbers(seed);
  const { factors } = placed({ seed }, scene.basis);
  const [view] = await scene.render([factors]);
  for (;;) {
    const from = { row: Math.floor(random() * side), column: Math.floor(random() * side) };
    const spot = spotAt(view, from);
    const way = anywhereWay.least + random() * (anywhereWay.most - anywhereWay.least);
    const angle = 2 * Math.PI * random();
    const by = [Math.round(way * Math.sin(angle)), Math.round(way * Math.cos(angle))] as const;
    if (!spot || !isInside({ row: from.row + by[0], column: from.column + by[1] })) continue;
    return { animal: { seed }, change: {}, spots: [{ ...spot, by }], mask: undefined };
  }
}

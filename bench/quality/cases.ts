import {
  check,
  custom,
  finite,
  integer,
  literal,
  maxValue,
  minValue,
  number,
  optional,
  pipe,
  tuple,
  union,
} from 'valibot';
import { FormatError } from '../../src/formats/errors.ts';
import { exactObjectOf, listOf, readJson } from '../../src/formats/json.ts';
import type { MaskRule } from '../../tools/train-demo/edits.ts';
import { type FactorName, type Factors, factorNames } from '../../tools/train-demo/factors.ts';
import type { Spot } from '../../tools/train-demo/surface.ts';

/** Which animal a case begins with. */
export type Animal =
  /** z is NumPy's RandomState(seed).randn(64). */
  | { readonly seed: number }
  | { readonly z: readonly number[] }
  /** Those that are not named are 0.5. */
  | { readonly factors: Partial<Factors> };

/** A spot that is dragged. */
export interface DraggedSpot extends Spot {
  /** Rows and columns that it is dragged by, where the change of factors does not say where to; pixels at 128. */
  readonly by?: readonly [rows: number, columns: number];
}

/** A drag whose right result is known: that of the changed factors. */
export interface Case {
  readonly animal: Animal;
  /** Factors that change, and to what. None where spots are dragged `by` something. */
  readonly change: Partial<Factors>;
  readonly spots: readonly DraggedSpot[];
  readonly mask: MaskRule | undefined;
}

/** Part ids of the renderer by name; 0 is the background. */
export const partIds = {
  fur: 1,
  mane: 2,
  ear: 3,
  nose: 4,
  eye: 5,
  tongue: 7,
  tooth: 8,
  body: 9,
} as const;

const mostCases = 10_000;
const mostSpots = 32;
const mostFactors = factorNames.length;
const longestLine = 20_000;

const real = pipe(number('is no number'), finite('is no finite number'));
const between = (least: number, most: number) => {
  const message = `is not from ${least} to ${most}`;
  return pipe(real, minValue(least, message), maxValue(most, message));
};
const whole = (most: number) => pipe(between(0, most), integer('is no whole number'));
const list = (length: number, most: number) =>
  pipe(
    listOf(between(-most, most), length),
    check(({ length: given }) => given === length, `has not ${length} entries`),
  );

/** Some of the 25 factors, each from 0 to 1. */
const factors = custom<Partial<Factors>>(
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const entries = Object.entries(value);
    const isFactor = (name: string): name is FactorName =>
      factorNames.some((known) => known === name);
    return (
      entries.length <= mostFactors &&
      entries.every(([name, u]) => isFactor(name) && typeof u === 'number' && u >= 0 && u <= 1)
    );
  },
  `is no object of factors from 0 to 1 (${factorNames.join(', ')})`,
);

const part = union(
  [
    pipe(
      custom<keyof typeof partIds>(
        (value) => typeof value === 'string' && Object.hasOwn(partIds, value),
      ),
    ),
    pipe(
      whole(15),
      check((id) => Object.values(partIds).some((known) => known === id)),
    ),
  ],
  `is none of ${Object.entries(partIds)
    .map(([name, id]) => `${name} (${id})`)
    .join(', ')}`,
);

const spot = exactObjectOf({
  part,
  canonical: tuple([between(-10, 10), between(-10, 10), between(-10, 10)], 'is not x, y, z'),
  by: optional(tuple([between(-128, 128), between(-128, 128)], 'is not rows, columns')),
});

const line = exactObjectOf({
  seed: optional(whole(2 ** 32 - 1)),
  z: optional(list(64, 1e6)),
  factors: optional(factors),
  change: optional(factors),
  spots: listOf(spot, mostSpots),
  mask: optional(
    union(
      [
        literal('none'),
        exactObjectOf({ free: between(1, 256) }),
        exactObjectOf({ face: between(1, 256) }),
      ],
      'is not "none", {"free": radius} or {"face": radius}, the radius in pixels at 128',
    ),
  ),
});

/**
 * Cases from a file, one JSON object a line; empty lines do not count.
 * @throws FormatError for a line that is no case, with its number and the field that is wrong
 */
export function readCases(text: string, file?: string): Case[] {
  const lines = text.split('\n').map((content, i) => ({ content: content.trim(), number: i + 1 }));
  const filled = lines.filter(({ content }) => content !== '');
  if (filled.length === 0) throw new FormatError('there is no case in it', { file });
  if (filled.length > mostCases)
    throw new FormatError(`there are more than ${mostCases} cases in it`, { file });
  return filled.map(({ content, number: at }) => readCase(content, `line ${at}`, file));
}

function readCase(text: string, root: string, file?: string): Case {
  const wrong = (what: string) => new FormatError(`${root}: ${what}`, { file });
  if (text.length > longestLine) throw wrong(`longer than ${longestLine} characters`);
  const {
    seed,
    z,
    factors,
    change = {},
    spots,
    mask,
  } = readJson(text, line, {
    root,
    within: `${root}: `,
    file,
  });
  const animals: Animal[] = [];
  if (seed !== undefined) animals.push({ seed });
  if (z !== undefined) animals.push({ z });
  if (factors !== undefined) animals.push({ factors });
  if (animals.length !== 1) throw wrong('one of seed, z and factors is needed');
  if (z?.every((value) => value === 0)) throw wrong('z is 0');
  if (spots.length === 0) throw wrong('spots is empty');
  const changes = Object.keys(change).length > 0;
  if (spots.some(({ by }) => (by === undefined) !== changes))
    throw wrong('where change is empty every spot has `by`, else none');
  return {
    animal: animals[0],
    change,
    spots: spots.map((given) => ({
      part: typeof given.part === 'string' ? partIds[given.part] : given.part,
      canonical: given.canonical,
      ...(given.by ? { by: given.by } : {}),
    })),
    mask: mask === 'none' ? undefined : mask,
  };
}

/** A case as a line of a file. */
export function writeCase({ animal, change, spots, mask }: Case): string {
  const names = Object.entries(partIds);
  return JSON.stringify({
    ...animal,
    change,
    spots: spots.map(({ part: id, ...rest }) => ({
      part: names.find(([, known]) => known === id)?.[0] ?? id,
      ...rest,
    })),
    mask: mask ?? 'none',
  });
}

/** The 25 factors of a picture, in the order of the files; factors.py has the same list. */
export const factorNames = [
  'yaw',
  'pitch',
  'roll',
  'px',
  'py',
  'size',
  'earLlen',
  'earRlen',
  'earLang',
  'earRang',
  'eyeL',
  'eyeR',
  'mouth',
  'smile',
  'muzzle',
  'nose',
  'brow',
  'mane',
  'maneCol',
  'hue',
  'light',
  'stripe',
  'iris',
  'lightDir',
  'bg',
] as const;

export type FactorName = (typeof factorNames)[number];

/** Each in [0, 1]. */
export type Factors = Record<FactorName, number>;

export const factorCount = factorNames.length;

export function factorsFrom(values: ArrayLike<number>, first = 0): Factors {
  const entries = factorNames.map((name, i) => [name, values[first + i]]);
  return Object.fromEntries(entries) as Factors;
}

export function factorArray(factors: Factors): number[] {
  return factorNames.map((name) => factors[name]);
}

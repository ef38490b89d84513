/** The ways to drag that have a name: sets of options that were measured together (bench/README.md). */
export const methodTable = {
  best: {
    label: 'Best',
    hint: 'Moves z, or principal coordinates where a picture’s z is not known, so that the picture stays whole; with a mask, along what changes the masked part least. Ends where the picture would tear, and where the points come no nearer.',
    options: { space: 'z', learningRate: 0.015, farthest: 3.5, patience: 40, changeProbes: 48 },
  },
  reference: {
    label: 'Reference',
    hint: 'Moves W+ as the paper does, to the targets whatever becomes of the picture.',
    options: { space: 'w+', farthest: 0, patience: 0, changeProbes: 0 },
  },
} as const;

/** The name of a way to drag. */
export type MethodName = keyof typeof methodTable;

/** The names of all ways to drag. */
export const methodNames = Object.keys(methodTable) as readonly MethodName[];

/**
 * The method that is meant where only a space was chosen, or nothing: `reference` for the paper's spaces, `best` for the
 * others, else the one that was measured for the model, else `reference`.
 */
export function impliedMethod(
  space: string | undefined,
  defaults: { readonly method?: MethodName } | null,
): MethodName {
  if (space !== undefined) return space === 'w' || space === 'w+' ? 'reference' : 'best';
  return defaults?.method ?? 'reference';
}

/** What a method decides; other options are the model's, or the paper's. */
export interface MethodOptions {
  /** The latent space that is moved. */
  readonly space: 'z' | 'w+';
  /** The optimiser's step size, where it is the method's own. */
  readonly learningRate?: number;
  /** How the masked part is held. */
  readonly keeping: 'features' | 'loss';
  /** How near every handle has to come, where it is the method's own. */
  readonly stopDistance?: number;
  /** The bound of P_N, 0 for none. */
  readonly farthest: number;
  /** Iterations without coming nearer, 0 for any number. */
  readonly patience: number;
  /** Random projections that find out what changes a masked part, 0 for none. */
  readonly changeProbes: number;
}

/** A way to drag. */
export interface Method {
  /** Its name for a person. */
  readonly label: string;
  /** A few sentences that say what it does. */
  readonly hint: string;
  /** The values that make it. */
  readonly options: MethodOptions;
}

/** The name of a way to drag. */
export type MethodName = 'best' | 'reference';

/** The ways to drag that have a name: sets of options that were measured together (bench/README.md). */
export const methodTable: Readonly<Record<MethodName, Method>> = {
  best: {
    label: 'Best',
    hint: 'Moves z, or principal coordinates where a picture’s z is not known, so that the picture stays whole; with a mask, along what changes the masked part least. Ends where the picture would tear, and where the points come no nearer.',
    options: {
      space: 'z',
      learningRate: 0.015,
      keeping: 'features',
      stopDistance: 1,
      farthest: 3.5,
      patience: 40,
      changeProbes: 48,
    },
  },
  reference: {
    label: 'Reference',
    hint: 'Moves W+ as the paper does, to the targets whatever becomes of the picture.',
    options: { space: 'w+', keeping: 'loss', farthest: 0, patience: 0, changeProbes: 0 },
  },
};

/** The names of all ways to drag. */
export const methodNames: readonly MethodName[] = ['best', 'reference'];

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

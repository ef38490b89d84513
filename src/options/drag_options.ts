import type { MethodName } from './methods.ts';
import type { ChoiceOption, Declared, NumberOption } from './option.ts';

/** Radii and distances are given in pixels of an image of this side. SPEC §3. */
export const referenceSide = 512;

const pixels = `pixels of a ${referenceSide}² picture`;

const table = {
  learningRate: {
    kind: 'number',
    label: 'Learning rate',
    hint: 'How far one iteration goes. Large is fast, and tears the picture.',
    bounds: { least: 0 },
    usual: 0.001,
    flag: 'lr',
    key: 'lr',
  },
  r1: {
    kind: 'number',
    label: 'Patch radius r₁',
    hint: 'How much around a handle is pulled.',
    unit: pixels,
    bounds: { least: 0, most: referenceSide },
    usual: 3,
    flag: 'r1',
    key: 'r1',
  },
  r2: {
    kind: 'number',
    label: 'Search radius r₂',
    hint: 'How far around a handle it is looked for again.',
    unit: pixels,
    bounds: { least: 0, most: referenceSide },
    usual: 12,
    flag: 'r2',
    key: 'r2',
  },
  lambda: {
    kind: 'number',
    label: 'Mask weight λ',
    hint: 'How firmly the masked part stays. Does nothing without a mask.',
    bounds: { least: 0 },
    usual: 20,
    flag: 'lambda',
    key: 'lambda',
  },
  maskSampling: {
    kind: 'number',
    label: 'Mask sampling',
    hint: 'How much of the picture each iteration estimates the mask loss from, 0 for all of it. Random tiles, new each time, are right on average and much faster. Does nothing without a mask.',
    bounds: { least: 0, most: 1 },
    usual: 0,
    flag: 'mask-sampling',
  },
  keeping: {
    kind: 'choice',
    label: 'What must stay',
    hint: 'How the masked part is held. Features: it is drawn with those of the picture before, so that it stays. Loss: the drag pays for what changes there, as in the paper, and may change it where a target asks for it. Does nothing without a mask.',
    choices: ['features', 'loss'],
    usual: 'loss',
    flag: 'keep',
  },
  regularization: {
    kind: 'number',
    label: 'Latent weight',
    hint: 'How firmly the latent is held to where the drag began.',
    bounds: { least: 0 },
    usual: 0,
    flag: 'reg',
  },
  space: {
    kind: 'choice',
    label: 'Latent space',
    hint: 'What a drag moves. Z keeps to likely pictures; where a picture’s z is not known, as after an inversion, principal coordinates do nearly so. W and W+ move the layers’ inputs themselves and reach more, also torn pictures.',
    choices: ['z', 'principal', 'w', 'w+'],
    usual: 'w+',
    flag: 'space',
  },
  farthest: {
    kind: 'number',
    label: 'Farthest from typical',
    hint: 'Where a drag has to stop since the picture would tear: how far the latent may be from those that the model makes by itself, which are near 1. 0: anywhere.',
    bounds: { least: 0 },
    usual: 0,
    flag: 'farthest',
  },
  patience: {
    kind: 'number',
    label: 'Patience',
    hint: 'After how many iterations that bring the points no nearer a drag ends, where they were nearest. 0: it goes on.',
    bounds: { least: 0, most: 1_000_000, whole: true },
    usual: 0,
    flag: 'patience',
  },
  changeProbes: {
    kind: 'number',
    label: 'Probes of the mask',
    hint: 'How many random probes find out, when a drag begins, which directions of z change the masked part least; steps then go that way. Each takes as long as an iteration. 0: none. Does nothing without a mask, nor in W and W+.',
    bounds: { least: 0, most: 512, whole: true },
    usual: 0,
    flag: 'change-probes',
  },
  featureBlock: {
    kind: 'number',
    label: 'Feature block',
    hint: 'Whose features are pulled and looked for, counted from 0 at 4². Finer is more exact, coarser sees more. A network with fewer blocks takes its last.',
    bounds: { least: 0, whole: true },
    usual: 5,
    flag: 'feature-block',
    key: 'feature_block',
  },
  stopDistance: {
    kind: 'number',
    label: 'Stop within',
    hint: 'How near every handle has to come to its target. Nearer points than 1 pixel are not moved.',
    unit: `pixels, beyond ${referenceSide}² those of a ${referenceSide}² picture`,
    bounds: { least: 1, most: referenceSide },
    usual: 2,
    flag: 'stop-distance',
  },
  steps: {
    kind: 'number',
    label: 'Iterations',
    hint: 'How many iterations a run makes at most.',
    bounds: { least: 1, most: 1_000_000, whole: true },
    usual: 300,
    flag: 'steps',
    key: 'steps',
  },
  coverage: {
    kind: 'choice',
    label: 'Coverage',
    hint: 'What an iteration computes: the cells that its loss depends on, or all of every map. The results are the same to rounding.',
    choices: ['cone', 'dense'],
    usual: 'cone',
    flag: 'coverage',
  },
  seed: {
    kind: 'number',
    label: 'Seed of the tiles',
    hint: 'The same seed gives the same random tiles, and so the same drag.',
    bounds: { least: 0, most: 2 ** 32 - 1, whole: true },
    usual: 0,
  },
} as const satisfies Record<string, NumberOption | ChoiceOption>;

/**
 * Every option of a drag, by its name in `DragOptions`, and `steps`, which belongs to a run. The order is that of the
 * page's pane. The usual values are the paper's. Source: Pan et al. 2023, section 4; SPEC §3.
 */
export const dragOptionTable: Declared<typeof table> = table;

/** The latent spaces whose coordinates are not the latent's own values. */
export type CoordinateSpace = 'z' | 'principal';

/** True if a drag in this space moves other coordinates than the latent's own values. */
export const hasCoordinates = (space: string): space is CoordinateSpace =>
  space === 'z' || space === 'principal';

/** The options that a model's file may recommend: those with a key. */
type RecommendedName = {
  [Name in keyof typeof table]: (typeof table)[Name] extends { readonly key: string }
    ? Name
    : never;
}[keyof typeof table];

/** The values that a model's file recommends for a drag, by the options' names; others are absent. */
export type DragDefaults = { readonly [Name in RecommendedName]?: number } & {
  /** The method that was measured for the model. */
  readonly method?: MethodName;
};

/** The options that a model's file may recommend, with their names and their keys in the file's JSON. */
export const recommendedOptions: readonly (NumberOption & {
  readonly name: RecommendedName;
  readonly key: string;
})[] = (['learningRate', 'r1', 'r2', 'lambda', 'featureBlock', 'steps'] as const).map((name) => ({
  name,
  ...dragOptionTable[name],
}));

import type { Declared, NumberOption, SwitchOption } from './option.ts';

const mostSteps = 1_000_000;
/** The lowest learning rate: at 0 nothing changes, and a low rate only takes patience. */
const leastRate = 1e-9;

const search = {
  steps: {
    kind: 'number',
    label: 'Iterations',
    hint: 'How many iterations the search makes, in W and W+ together.',
    bounds: { least: 1, most: mostSteps, whole: true },
    usual: 300,
    flag: 'steps',
  },
  samples: {
    kind: 'number',
    label: 'Random latents',
    hint: 'How many random latents are tried beside the average one. The best of them is the start.',
    bounds: { least: 0, most: mostSteps, whole: true },
    usual: 500,
    flag: 'samples',
  },
  seed: {
    kind: 'number',
    label: 'Seed',
    hint: 'The seed of the first random latent. The others take the seeds after it.',
    bounds: { least: 0, most: 2 ** 32 - 1, whole: true },
    usual: 0,
  },
  shareOfW: {
    kind: 'number',
    label: 'Share of W',
    hint: 'The share of the iterations in W, one w for all layers, before W+. 1 is W alone.',
    bounds: { least: 0, most: 1 },
    usual: 0.15,
    flag: 'w-share',
  },
  learningRate: {
    kind: 'number',
    label: 'Learning rate',
    hint: 'The learning rate of Adam at its highest.',
    bounds: { least: leastRate },
    usual: 0.2,
    flag: 'lr',
  },
  regularization: {
    kind: 'number',
    label: 'Latent weight',
    hint: 'How firmly w is drawn to the average, near which the network was trained.',
    bounds: { least: 0 },
    usual: 0.003,
    flag: 'reg',
  },
  noise: {
    kind: 'switch',
    label: 'Noise maps',
    hint: 'Looks for noise maps as well, which a weight delta keeps.',
    usual: false,
    flag: 'noise',
  },
  noiseRegularization: {
    kind: 'number',
    label: 'Noise weight',
    hint: 'How firmly the noise maps are kept noise. It weighs the squared correlation of neighbours.',
    bounds: { least: 0 },
    // The least that leaves neighbours no more in common than in white noise: bench/README.md. The 1e5 of Karras et
    // al. 2020 belongs to another loss.
    usual: 0.3,
  },
  interval: {
    kind: 'number',
    label: 'Interval',
    hint: 'How many iterations lie between two looks at the picture.',
    bounds: { least: 1, most: mostSteps, whole: true },
    usual: 10,
  },
} as const satisfies Record<string, NumberOption | SwitchOption>;

/** Every option of the search for a photograph's latent, by its name in `InversionOptions`. */
export const inversionOptionTable: Declared<typeof search> = search;

// Steps, rate and weight were chosen on the demo model (bench/README.md has the figures); the distance is about as
// far as that of Roich et al. 2021 reaches in W.
const fineTuning = {
  steps: {
    kind: 'number',
    label: 'Steps',
    hint: 'How many steps are planned, over which the learning rate rises and falls.',
    bounds: { least: 1, most: mostSteps, whole: true },
    usual: 90,
    flag: 'fine-tuning-steps',
  },
  learningRate: {
    kind: 'number',
    label: 'Learning rate',
    hint: 'The learning rate of Adam, for every weight, at its highest.',
    bounds: { least: leastRate },
    usual: 0.01,
    flag: 'fine-tuning-lr',
  },
  locality: {
    kind: 'number',
    label: 'Locality',
    hint: 'How firmly other pictures are kept as they are.',
    bounds: { least: 0 },
    usual: 0.1,
    flag: 'locality',
  },
  localityDistance: {
    kind: 'number',
    label: 'Locality distance',
    hint: 'How far those other pictures lie from the photograph’s latent towards a random one. 0 is the photograph’s, 1 the random one.',
    bounds: { least: 0 },
    usual: 0.3,
  },
} as const satisfies Record<string, NumberOption>;

/** Every option of tuning a model's weights to a picture, by its name in `FineTuningOptions`. */
export const fineTuningOptionTable: Declared<typeof fineTuning> = fineTuning;

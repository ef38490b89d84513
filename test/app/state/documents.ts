import type { ReadModel } from '../../../src/app/files/model_reader.ts';
import { type Document, newDocument } from '../../../src/app/state/document.ts';
import { paperOptions } from '../../../src/drag/options.ts';
import type { NamedTensor } from '../../../src/formats/tensors/named_tensors.ts';
import { readGenerator } from '../../../src/models/stylegan2/network/weights.ts';
import { readFixture } from '../../support/fixture_files.ts';

const weights = readGenerator(readFixture('tiny').file);

/** The tiny model, as if it had been read from a file of that name. */
export const modelNamed = (name: string): ReadModel => ({
  name,
  blob: new Blob(),
  notes: [],
  weights: { ...weights, tensors: new Map([...weights.tensors].map(copyOf)) },
});

/** Weights of their own. */
const copyOf = ([name, tensor]: [string, NamedTensor]): [string, NamedTensor] => [
  name,
  { ...tensor },
];

const model = modelNamed('tiny.safetensors');

/** Values of one latent. */
export const latentLength = weights.config.numWs * weights.config.wDim;

/** The picture of a seed, whose latent is the seed everywhere. */
export const pictureOf = (seed: number) => ({
  source: { seed, psi: 1 },
  ws: new Float32Array(latentLength).fill(seed),
});

/** A document without points, of seed 0. */
export const beginning: Document = newDocument(model, pictureOf(0), {
  ...paperOptions,
  steps: 300,
});

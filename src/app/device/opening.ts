import { type Model, mixStyles } from '../../library/api.ts';
import type { ReadModel } from '../files/model_reader.ts';
import { defaultsOf, newDocument } from '../state/document.ts';
import type { PictureSource } from '../state/picture_source.ts';
import type { Progress } from '../state/progress.ts';
import type { Destination } from './workbench.ts';

/** A model to be opened, and the picture that it begins with. */
export interface Opening {
  readonly model: ReadModel;
  readonly picture: PictureSource;
  readonly progress: Progress;
}

/** A new document, of the picture that a model is opened with, with the model's own options. */
export const destinationOf = ({ model, picture, progress }: Opening): Destination => ({
  model,
  progress,
  async document(loaded) {
    const ws = await latentOf(loaded, picture);
    return newDocument(model, { source: picture, ws }, defaultsOf(model));
  },
});

/** ws (num_ws · w_dim) of a picture. A model without an average w has nothing to truncate towards; one without classes has none to choose. */
export async function latentOf(
  model: Model,
  { seed, psi, cutoff, classIndex = 0, latent, mix }: PictureSource,
): Promise<Float32Array> {
  const { truncates, cDim } = model.config;
  const mapping = { ...(truncates && { psi, cutoff }), ...(cDim > 0 && { classIndex }) };
  const ws = latent?.ws ?? (await model.latent({ seed }, mapping));
  if (!mix) return ws;
  return mixStyles(ws, await model.latent({ seed: mix.seed }, mapping), mix.rows, model.config);
}

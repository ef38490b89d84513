import { type Model, mixStyles, type PlacedLatent } from '../../library/api.ts';
import type { ReadModel } from '../files/model_reader.ts';
import { type Document, defaultsOf, newDocument } from '../state/document.ts';
import type { HistoryRecord } from '../state/history.ts';
import type { PictureSource } from '../state/picture_source.ts';
import type { Progress } from '../state/progress.ts';
import type { Destination } from './workbench.ts';

/** A model to be opened, and the picture that it begins with. */
export interface Opening {
  readonly model: ReadModel;
  readonly picture: PictureSource;
  readonly progress: Progress;
  /** A history that was kept: its present document is opened in the place of the picture. */
  readonly kept?: HistoryRecord<Document>;
  /** Leaves the model that is there open, once it is aborted. */
  readonly signal?: AbortSignal;
}

/** A new document, of the picture that a model is opened with, with the model's own options. */
export const destinationOf = ({
  model,
  picture,
  progress,
  kept,
  signal,
}: Opening): Destination => ({
  model,
  progress,
  signal,
  async document(loaded) {
    if (kept) return kept.present;
    const latent = await latentOf(loaded, picture);
    return newDocument(model, { source: picture, ...latent }, defaultsOf(model));
  },
});

/** The latent of a picture. The class is left out for a model that has none. */
export async function latentOf(
  model: Model,
  { seed, psi, cutoff, classIndex = 0, latent, mix }: PictureSource,
): Promise<PlacedLatent> {
  const { cDim } = model.config;
  const mapping = { psi, cutoff, ...(cDim > 0 && { classIndex }) };
  const ws = latent?.ws ?? (await model.latent({ seed }, mapping));
  // A latent that comes from elsewhere follows no z that is known, and a mix follows two.
  if (!mix) return { ws, origin: latent ? undefined : model.origin({ seed }, mapping) };
  const other = await model.latent({ seed: mix.seed }, mapping);
  return { ws: mixStyles(ws, other, mix.rows, model.config) };
}

import { type Model, mixStyles } from '../../library/api.ts';
import type { ReadModel } from '../files/model_reader.ts';
import type { EditorEvents } from '../state/editor_events.ts';
import type { PictureSource } from '../state/picture_source.ts';
import type { Progress } from '../state/progress.ts';
import type { Work } from './workbench.ts';

/** A model to be opened, and the picture that it begins with. */
export interface Opening {
  readonly source: ReadModel;
  readonly picture: PictureSource;
  readonly progress: Progress;
}

/** A new edit, of the picture that a model is opened with. */
export function workOf({ source, picture, progress }: Opening, { fail }: EditorEvents): Work {
  return {
    source,
    latent: (model) => latentOf(model, picture),
    options: {},
    progress,
    failed: fail,
  };
}

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

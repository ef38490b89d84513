import type { Model } from '../index.ts';
import type { EditorEvents, PictureSource } from './editor_events.ts';
import type { ReadModel } from './model_reader.ts';
import type { Progress } from './progress.ts';
import type { Work } from './workbench.ts';

/** A model to be opened, and the picture that it begins with. */
export interface Opening {
  readonly source: ReadModel;
  /** Or its latent, ws (num_ws · w_dim). */
  readonly picture: PictureSource | Float32Array;
  readonly progress: Progress;
}

/** A new edit, of the picture that a model is opened with. */
export function workOf({ source, picture, progress }: Opening, { fail }: EditorEvents): Work {
  return {
    source,
    latent: async (model) => (picture instanceof Float32Array ? picture : latentOf(model, picture)),
    options: {},
    progress,
    failed: fail,
  };
}

/** ws (num_ws · w_dim) of a picture. A model without an average w has nothing to truncate towards; one without classes has none to choose. */
export function latentOf(
  model: Model,
  { seed, psi, classIndex = 0 }: PictureSource,
): Promise<Float32Array> {
  const { truncates, cDim } = model.config;
  return model.latent({ seed }, { ...(truncates && { psi }), ...(cDim > 0 && { classIndex }) });
}

import { weightDelta } from '../../inversion/weight_delta.ts';
import { applyWeightDelta } from '../../library/api.ts';
import type { ReadModel, WeightDelta } from './model_reader.ts';

/**
 * Adds a delta to a model as its file has it, whatever it is tuned by now.
 * @throws FormatError for a delta that is broken, or of another model
 */
export async function fineTunedModel(model: ReadModel, delta: WeightDelta): Promise<ReadModel> {
  const original = model.tuned?.original ?? model;
  const { pivot, ...weights } = await applyWeightDelta(original.weights, delta.bytes, delta.name);
  return { ...original, weights, tuned: { delta, pivot, original } };
}

/**
 * Adds a delta that was made with the model as it is: it comes on top of the delta that the model has already.
 * @throws as `fineTunedModel`
 */
export async function fineTunedFurther(model: ReadModel, further: WeightDelta): Promise<ReadModel> {
  const original = model.tuned?.original;
  if (!original) return fineTunedModel(model, further);
  const weights = await applyWeightDelta(model.weights, further.bytes, further.name);
  const bytes = await weightDelta(original.weights, weights);
  return fineTunedModel(original, { name: further.name, bytes });
}

import type { Call } from '../../engine/graph/reversal.ts';
import type { TensorStore } from '../../engine/memory/tensors.ts';
import { tensorShape } from '../../engine/operations/operation.ts';
import { operationTable } from '../../engine/operations/operations.ts';
import { type ObjectiveShape, tileCount } from './objective_shape.ts';

/**
 * Makes the tensors of a drag's objective that outlive an iteration, beside the latent's and the coverage's. Those that
 * have their size already stay as they are.
 * @param constant the calls whose results are kept
 */
export function createObjectiveTensors(
  store: TensorStore,
  shape: ObjectiveShape,
  constant: readonly Call[],
): void {
  const { points, channels, masked, tiles } = shape;
  for (const { operation, sizes, tensors } of constant)
    for (const output of operationTable[operation].outputs) {
      const spec = operationTable[operation].tensors[output];
      if (output in tensors) store.ensure(tensors[output], spec.layout, tensorShape(spec, sizes));
    }
  store.ensure('status', 'plain', [8]);
  store.ensure('positions', 'plain', [points, 2]);
  store.ensure('targets', 'plain', [points, 2]);
  store.ensure('shifts', 'plain', [points, 4]);
  store.ensure('references', 'vector', [points, channels]);
  store.ensure('sampled_tiles', 'plain', [Math.max(1, tiles), 4]);
  if (tiles > 0) store.ensure('candidates', 'plain', [tileCount(shape) + 1]);
  if (masked) {
    store.ensure('mask', 'plain', [shape.imageHeight, shape.imageWidth]);
    store.ensure('first_features', 'map', [1, channels, shape.height, shape.width]);
  } else {
    store.delete('mask');
    store.delete('first_features');
  }
}

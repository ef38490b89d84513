import { CholeskyDecomposition, inverse, Matrix } from 'ml-matrix';
import { Plan } from '../../engine/graph/plan.ts';
import type { PlanResources } from '../../engine/graph/plan_request.ts';
import { type Call, gradientOf } from '../../engine/graph/reversal.ts';
import { TensorStore } from '../../engine/memory/tensors.ts';
import type { Field } from '../../models/draggable.ts';

/** How the change of a picture is measured. */
export interface ChangeRequest {
  /** From the trained tensors to the field, and the field that stands for the picture. */
  readonly calls: readonly Call[];
  readonly field: Field;
  /** How many coordinates there are. */
  readonly length: number;
  /** How much it matters that a cell stays (height · width), 0 to 1. */
  readonly weights: Float32Array;
  /** How many random projections of the field are differentiated: one backward pass each. */
  readonly probes: number;
}

/** What is added to the metric, in parts of its mean: with much, all directions would count alike. */
const damping = 0.03;

/** Cells on the larger side of the map whose change is measured, at most: finer ones cost more and tell little more. */
const finest = 32;

/** The field whose change stands for the picture's. @param fields coarse to fine */
export function changeField(fields: readonly Field[]): Field {
  const coarse = fields.filter(({ extent }) => Math.max(extent.height, extent.width) <= finest);
  return coarse.at(-1) ?? fields[0];
}

/**
 * How far a step may go along each direction of the coordinates so that the picture changes least beside the drag:
 * spread = L⁻ᵀ, where L·Lᵀ = G + damping · mean(G) · I, scaled so that a step along a projection's gradient is as long as
 * without. G = Jᵀ·W²·J, with W the cells' weights, is how much the features change, estimated by random signs r:
 * E[(Jᵀ·W·r)(Jᵀ·W·r)ᵀ] = G. A gradient step on w is then one on the coordinates along (G + …)⁻¹ · gradient: that of
 * Gauss and Newton for what must stay. SPEC §8.
 * @returns (length, length), row-major; undefined where nothing that must stay changes
 */
export async function changeSpread(
  request: ChangeRequest,
  resources: PlanResources,
): Promise<Float32Array | undefined> {
  const { calls, field, length, weights, probes } = request;
  const { channels, extent } = field;
  const store = new TensorStore(resources.device, resources.store);
  const cells = extent.height * extent.width;
  store.create(field.name, 'map', [1, channels, extent.height, extent.width]);
  store.create(gradientOf(field.name), 'map', [1, channels, extent.height, extent.width]);
  store.create(gradientOf('coordinates'), 'vector', [1, length]);
  const projections: number[][] = [];
  const plan = await Plan.build(
    { calls, roots: [field.name], wanted: ['coordinates'] },
    { ...resources, store },
  );
  try {
    const sign = signs(1);
    const cotangent = new Float32Array(channels * cells);
    for (let probe = 0; probe < probes; probe++) {
      for (let at = 0; at < cotangent.length; at++) cotangent[at] = sign() * weights[at % cells];
      store.write(gradientOf(field.name), cotangent);
      plan.submit(resources.device);
      projections.push([...(await store.read(gradientOf('coordinates')))]);
    }
  } finally {
    plan.destroy();
    store.destroy();
  }
  return spreadOf(new Matrix(projections));
}

/** @param projections Jᵀ·W·r (probes, length) */
function spreadOf(projections: Matrix): Float32Array | undefined {
  const { rows: probes, columns: length } = projections;
  const metric = projections.transpose().mmul(projections).div(probes);
  const mean = metric.trace() / length;
  if (!(mean > 0)) return undefined;
  metric.add(Matrix.eye(length).mul(damping * mean));
  const spread = inverse(new CholeskyDecomposition(metric).lowerTriangularMatrix).transpose();
  // Each projection as a gradient with respect to w, and the step of the coordinates that follows from it.
  const gradients = projections.mmul(spread);
  const steps = gradients.mmul(spread.transpose());
  let ratios = 0;
  for (let probe = 0; probe < probes; probe++)
    ratios += steps.getRowVector(probe).norm() / gradients.getRowVector(probe).norm();
  return Float32Array.from(spread.mul(probes / ratios).to1DArray());
}

/** Random signs, the same on every machine. */
function signs(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 1 ? 1 : -1;
  };
}

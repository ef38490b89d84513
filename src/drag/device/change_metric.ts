import { CholeskyDecomposition, Matrix } from 'ml-matrix';
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
 * spread = L⁻ᵀ, where L·Lᵀ = G + damping · mean(G) · I, scaled so that a step along a projection's gradient is as
 * long as without. G = Σ_cells weight² · Jᵀ·J
 * is how much the features change, estimated by random projections with signs: E[(Jᵀr)(Jᵀr)ᵀ] = Jᵀ·J. A gradient step on
 * w is then one on the coordinates along (G + …)⁻¹ · gradient: Gauss and Newton's, of what must stay.
 */
export async function changeSpread(
  request: ChangeRequest,
  resources: PlanResources,
): Promise<Float32Array> {
  const { calls, field, length, weights, probes } = request;
  const { channels, extent } = field;
  const store = new TensorStore(resources.device, resources.store);
  const cells = extent.height * extent.width;
  store.create(field.name, 'map', [1, channels, extent.height, extent.width]);
  store.create(gradientOf(field.name), 'map', [1, channels, extent.height, extent.width]);
  store.create(gradientOf('coordinates'), 'vector', [1, length]);
  const seen: Float64Array[] = [];
  const metric = Array.from({ length }, () => new Float64Array(length));
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
      const v = await store.read(gradientOf('coordinates'));
      seen.push(Float64Array.from(v));
      for (let i = 0; i < length; i++)
        for (let j = 0; j < length; j++) metric[i][j] += (v[i] * v[j]) / probes;
    }
  } finally {
    plan.destroy();
    store.destroy();
  }
  return spreadOf(metric, seen);
}

/** @param metric symmetric, not negative @param seen gradients that steps are as long for as with equal spread */
function spreadOf(metric: readonly Float64Array[], seen: readonly Float64Array[]): Float32Array {
  const length = metric.length;
  const mean = metric.reduce((sum, row, i) => sum + row[i], 0) / length;
  if (!(mean > 0)) return identity(length);
  const damped = new Matrix(
    metric.map((row, i) => [...row].map((value, j) => value + (i === j ? damping * mean : 0))),
  );
  const lower = new CholeskyDecomposition(damped).lowerTriangularMatrix;
  // Columns of L⁻¹ by forward substitution.
  const spread = new Float64Array(length ** 2);
  for (let column = 0; column < length; column++)
    for (let i = column; i < length; i++) {
      let sum = i === column ? 1 : 0;
      for (let k = column; k < i; k++) sum -= lower.get(i, k) * spread[column * length + k];
      // Transposed as it is stored: spread[column][i] = L⁻¹[i][column].
      spread[column * length + i] = sum / lower.get(i, i);
    }
  const ratios = seen.map((v) => {
    const inW = new Float64Array(length);
    const step = new Float64Array(length);
    for (let o = 0; o < length; o++)
      for (let i = 0; i < length; i++) inW[i] += spread[o * length + i] * v[o];
    for (let o = 0; o < length; o++)
      for (let i = 0; i < length; i++) step[o] += spread[o * length + i] * inW[i];
    return Math.hypot(...step) / Math.hypot(...inW);
  });
  const usual = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  return Float32Array.from(spread, (value) => value / usual);
}

const identity = (length: number): Float32Array =>
  Float32Array.from({ length: length ** 2 }, (_, at) => (at % (length + 1) === 0 ? 1 : 0));

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

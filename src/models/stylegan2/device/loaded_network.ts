import type { Engine } from '../../../engine/device.ts';
import type { Plan } from '../../../engine/graph/plan.ts';
import type { PlanResources } from '../../../engine/graph/plan_request.ts';
import { gradientOf } from '../../../engine/graph/reversal.ts';
import type { Arena } from '../../../engine/memory/arena.ts';
import { TensorStore } from '../../../engine/memory/tensors.ts';
import type { GeneratorConfig } from '../network/config.ts';
import type { PrincipalBasis } from '../network/principal_basis.ts';

/**
 * Finds the distribution of w in samples (count, w_dim), as `principalBasisOf` does: for programs that do such work in
 * another thread.
 */
export type FindBasis = (
  samples: Float32Array,
  wDim: number,
  most: number,
) => Promise<PrincipalBasis>;

/** A network whose weights are on a device, and what its plans are made of. */
export interface LoadedNetwork {
  readonly engine: Engine;
  readonly config: GeneratorConfig & {
    /** Bytes of the largest tensor: layers with larger ones come in parts. */
    readonly largestTensor: number;
  };
  /** Weights under their official names. */
  readonly store: TensorStore;
  /** Memory of all short-lived tensors of this network's plans. */
  readonly arena: Arena;
  /** In the place of `principalBasisOf`. */
  readonly findBasis?: FindBasis;
}

/** The noise that layers add: the maps of the file, or none. */
export type Noise = 'const' | 'none';

/** What a plan of the network is built with. @param store one on top of the network's */
export const planResources = (
  { engine, arena }: LoadedNetwork,
  store: TensorStore,
): PlanResources => ({ ...engine, store, arena });

/** Makes a tensor (num_ws, 1, w_dim), and `NAME.{row}` for each of its rows. */
export function createLatent(
  store: TensorStore,
  name: string,
  { numWs, wDim }: Pick<GeneratorConfig, 'numWs' | 'wDim'>,
): void {
  store.create(name, 'vector', [numWs, 1, wDim]);
  for (let row = 0; row < numWs; row++) store.view(`${name}.${row}`, name, row);
}

/** A store on top of the weights with a latent `ws` and its gradient `d_ws`. */
export function latentStore({ engine, store, config }: LoadedNetwork): TensorStore {
  const latent = new TensorStore(engine.device, store);
  createLatent(latent, 'ws', config);
  createLatent(latent, gradientOf('ws'), config);
  return latent;
}

/** Says which noise a plan of the synthesis network adds, from its next run on. */
export function setNoise(plan: Plan, noise: Noise): void {
  for (const label of plan.labelsWith('noise_gain'))
    plan.setParams(label, { noise_gain: noise === 'const' ? 1 : 0 });
}

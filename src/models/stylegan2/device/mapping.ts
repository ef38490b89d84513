import { StandingPlan } from '../../../engine/graph/standing_plan.ts';
import { TensorStore } from '../../../engine/memory/tensors.ts';
import { InputError } from '../../../formats/errors.ts';
import { describeBounds, isWithin } from '../../../options/option.ts';
import { classWeights } from '../network/class_weights.ts';
import type { LatentSource, MappingOptions } from '../network/latent_origin.ts';
import { mappingCalls } from '../network/mapping.ts';
import { seedLatent } from '../network/seeds.ts';
import { estimateAverageW } from './average_w.ts';
import { type LoadedNetwork, planResources } from './loaded_network.ts';

/** What the mapping network takes. */
export interface MappingInput {
  /** z_dim numbers. */
  readonly z: ArrayLike<number>;
  /** One number for each class; undefined where the network has none. */
  readonly classes: Float32Array | undefined;
  readonly psi: number;
  readonly cutoff: number;
}

/** The mapping network on a device, which makes latents of z. */
export class Mapping {
  readonly #network: LoadedNetwork;
  readonly #store: TensorStore;
  #plan: StandingPlan | undefined;
  /** True once the average w is on the device: the file's, or an estimate. */
  #hasAverage: boolean;

  constructor(network: LoadedNetwork) {
    this.#network = network;
    this.#store = new TensorStore(network.engine.device, network.store);
    this.#hasAverage = network.config.truncates;
  }

  /**
   * ws (num_ws · w_dim, row-major) of what `mappingInput` made. Where the file has no average w, it is estimated for the
   * first latent that is truncated, and kept.
   * @throws InputError for a ψ under which w is beyond f32
   */
  async latent({ z, classes, psi, cutoff }: MappingInput): Promise<Float32Array<ArrayBuffer>> {
    if (psi !== 1 && !this.#hasAverage) {
      this.#network.store.write('mapping.w_avg', await estimateAverageW(this.#network));
      this.#hasAverage = true;
    }
    this.#plan ??= this.#createPlan();
    const plan = await this.#plan.current();
    plan.setParams('truncate', { psi, cutoff });
    this.#store.write('z', z);
    if (classes) this.#store.write('c', classes);
    plan.submit(this.#network.engine.device);
    const ws = await this.#store.read('ws');
    if (!ws.every(Number.isFinite))
      throw new InputError(`ψ ${psi} takes w beyond the numbers of f32`, { option: 'psi' });
    return ws;
  }

  destroy(): void {
    this.#plan?.destroy();
    this.#store.destroy();
  }

  #createPlan(): StandingPlan {
    const { config } = this.#network;
    this.#store.create('z', 'vector', [1, config.zDim]);
    if (config.cDim > 0) this.#store.create('c', 'vector', [1, config.cDim]);
    this.#store.create('ws', 'vector', [config.numWs, 1, config.wDim]);
    return new StandingPlan({ calls: mappingCalls(config) }, () =>
      planResources(this.#network, this.#store),
    );
  }
}

const seedBounds = { least: 0, most: 0xffffffff, whole: true };

/** Checks where a latent comes from. @throws InputError for a seed, z, class or ψ that does not fit the network */
export function mappingInput(
  { config }: Pick<LoadedNetwork, 'config'>,
  source: LatentSource,
  { psi = 1, cutoff = config.numWs, ...classes }: MappingOptions = {},
): MappingInput {
  if ('seed' in source && !isWithin(source.seed, seedBounds))
    throw new InputError(`${source.seed} is not ${describeBounds(seedBounds)}`, { option: 'seed' });
  const z = 'seed' in source ? seedLatent(source.seed, config.zDim) : source.z;
  if (z.length !== config.zDim)
    throw new InputError(`z has ${z.length} values, the network takes ${config.zDim}`);
  for (let i = 0; i < z.length; i++)
    if (!Number.isFinite(z[i]))
      throw new InputError(`z's value ${i} is ${z[i]}, not a finite number`);
  const cutoffs = { least: 0, most: config.numWs, whole: true };
  if (!isWithin(cutoff, cutoffs))
    throw new InputError(`${cutoff} is not ${describeBounds(cutoffs)}`, { option: 'cutoff' });
  if (!Number.isFinite(psi)) throw new InputError(`ψ is ${psi}, not a number`, { option: 'psi' });
  return { z, classes: classWeights(config.cDim, classes), psi, cutoff };
}

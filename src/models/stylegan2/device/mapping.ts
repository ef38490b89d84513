import { StandingPlan } from '../../../engine/graph/standing_plan.ts';
import { TensorStore } from '../../../engine/memory/tensors.ts';
import { InputError } from '../../../formats/errors.ts';
import type { LatentSource, MappingOptions } from '../network/latent_origin.ts';
import { mappingCalls } from '../network/mapping.ts';
import { seedLatent } from '../network/seeds.ts';
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

  constructor(network: LoadedNetwork) {
    this.#network = network;
    this.#store = new TensorStore(network.engine.device, network.store);
  }

  /** ws (num_ws · w_dim, row-major) of what `mappingInput` made. */
  async latent({ z, classes, psi, cutoff }: MappingInput): Promise<Float32Array<ArrayBuffer>> {
    this.#plan ??= this.#createPlan();
    const plan = await this.#plan.current();
    plan.setParams('truncate', { psi, cutoff });
    this.#store.write('z', z);
    if (classes) this.#store.write('c', classes);
    plan.submit(this.#network.engine.device);
    return this.#store.read('ws');
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

/** Checks where a latent comes from. @throws InputError for a seed, z, class or ψ that does not fit the network */
export function mappingInput(
  { config }: Pick<LoadedNetwork, 'config'>,
  source: LatentSource,
  { psi = 1, cutoff = config.numWs, classIndex }: MappingOptions = {},
): MappingInput {
  const z = 'seed' in source ? seedLatent(source.seed, config.zDim) : source.z;
  if (z.length !== config.zDim)
    throw new InputError(`z has ${z.length} values, the network takes ${config.zDim}`);
  if (!Number.isFinite(psi)) throw new InputError(`ψ is ${psi}, not a number`, { option: 'psi' });
  if (psi !== 1 && !config.truncates)
    throw new InputError('the model has no average w to truncate to; use ψ 1', { option: 'psi' });
  return { z, classes: oneHot(config.cDim, classIndex), psi, cutoff };
}

/** A class as numbers, one for each that there is. @throws InputError for a class that there is not */
function oneHot(count: number, index: number | undefined): Float32Array | undefined {
  if (count === 0) {
    if (index !== undefined) throw new InputError('the model has no classes', { option: 'class' });
    return undefined;
  }
  if (index === undefined || !Number.isInteger(index) || index < 0 || index >= count)
    throw new InputError(`the model has classes 0 to ${count - 1}; choose one`, {
      option: 'class',
    });
  const classes = new Float32Array(count);
  classes[index] = 1;
  return classes;
}

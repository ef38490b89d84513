import type { Plan } from '../../../engine/graph/plan.ts';
import { StandingPlan } from '../../../engine/graph/standing_plan.ts';
import type { TensorStore } from '../../../engine/memory/tensors.ts';
import type { KeptPart } from '../../draggable.ts';
import { keptCells, keptInside } from '../../kept_cells.ts';
import { blockSize } from '../network/config.ts';
import { keptPartCalls, keptTensors } from '../network/kept_part.ts';
import { channelsOf } from '../network/layers.ts';
import { type LoadedNetwork, type Noise, planResources, setNoise } from './loaded_network.ts';
import { trainedRows } from './trained_rows.ts';

/** Draws pictures of which a part is kept from another one, whose maps stay on the device. */
export class KeptPartDrawing {
  readonly #network: LoadedNetwork;
  readonly #store: TensorStore;
  readonly #block: number;
  readonly #first: StandingPlan;
  readonly #picture: StandingPlan;
  /** What the maps on the device are of, and the plan that made them. */
  #made: { readonly kept: KeptPart; readonly noise: Noise; readonly plan: Plan } | undefined;

  /** @param store with `ws` and `image` */
  constructor(network: LoadedNetwork, store: TensorStore) {
    const { config } = network;
    const { block, first, picture } = keptPartCalls(config, trainedRows);
    const { height, width } = blockSize(config, block);
    store.create(keptTensors.features, 'map', [1, channelsOf(config, block), height, width]);
    store.create(keptTensors.image, 'map', [1, config.imgChannels, height, width]);
    store.create(keptTensors.weights, 'plain', [height, width]);
    const planOf = (calls: typeof first) =>
      new StandingPlan({ calls, freeRounding: true }, () => planResources(network, store));
    this.#network = network;
    this.#store = store;
    this.#block = block;
    this.#first = planOf(first);
    this.#picture = planOf(picture);
  }

  /** The plan of a picture from `ws` to `image`; what it keeps is on the device. */
  async prepared(kept: KeptPart, noise: Noise): Promise<Plan> {
    const { config, engine } = this.#network;
    const picture = await this.#picture.current();
    const plan = await this.#first.current();
    const made = this.#made;
    if (made?.plan === plan && made.noise === noise && isSame(made.kept, kept)) return picture;
    setNoise(plan, noise);
    this.#store.write('ws', kept.ws);
    plan.submit(engine.device);
    const extent = blockSize(config, this.#block);
    const cells = keptInside(keptCells(kept.mask, config, extent), extent);
    this.#store.write(keptTensors.weights, cells);
    this.#made = { kept, noise, plan };
    return picture;
  }

  destroy(): void {
    this.#first.destroy();
    this.#picture.destroy();
  }
}

/** Latents and masks are never changed in place. */
const isSame = (a: KeptPart, b: KeptPart): boolean => a.ws === b.ws && a.mask === b.mask;

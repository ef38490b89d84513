import { StandingPlan } from '../../../engine/graph/standing_plan.ts';
import type { DeviceTensor, TensorStore } from '../../../engine/memory/tensors.ts';
import type { KeptPart } from '../../draggable.ts';
import { lastBlock } from '../network/config.ts';
import { imageShape } from '../network/outputs.ts';
import { synthesisCalls } from '../network/synthesis.ts';
import { KeptPartDrawing } from './kept_part_drawing.ts';
import {
  type LoadedNetwork,
  latentStore,
  type Noise,
  planResources,
  setNoise,
} from './loaded_network.ts';

/** How a picture is drawn. */
export interface DrawingOptions {
  /** By default the maps of the file. */
  readonly noise?: Noise;
  /** What is drawn as another latent has it. */
  readonly kept?: KeptPart;
}

/** The synthesis network on a device, which draws pictures of latents. */
export class Drawing {
  readonly #network: LoadedNetwork;
  readonly #store: TensorStore;
  readonly #plan: StandingPlan;
  #keptPart: KeptPartDrawing | undefined;

  constructor(network: LoadedNetwork) {
    const { config } = network;
    const store = latentStore(network);
    store.create('image', 'map', imageShape(config));
    const calls = synthesisCalls(config, { upTo: lastBlock(config), image: true });
    this.#network = network;
    this.#store = store;
    this.#plan = new StandingPlan({ calls, freeRounding: true }, () =>
      planResources(network, store),
    );
  }

  /** Compiles and allocates all that a picture needs. */
  async prepare(): Promise<void> {
    await this.#plan.current();
  }

  /**
   * Submits the picture of a ws (num_ws · w_dim).
   * @returns (1, channels, height, width), which the next picture replaces
   */
  async draw(
    ws: ArrayLike<number>,
    { noise = 'const', kept }: DrawingOptions = {},
  ): Promise<DeviceTensor> {
    const plan = kept ? await this.#keeping.prepared(kept, noise) : await this.#plan.current();
    setNoise(plan, noise);
    this.#store.write('ws', ws);
    plan.submit(this.#network.engine.device);
    return this.#store.get('image');
  }

  destroy(): void {
    this.#plan.destroy();
    this.#keptPart?.destroy();
    this.#store.destroy();
  }

  get #keeping(): KeptPartDrawing {
    this.#keptPart ??= new KeptPartDrawing(this.#network, this.#store);
    return this.#keptPart;
  }
}

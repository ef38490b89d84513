import { Plan } from '../engine/graph/plan.ts';
import type { TensorStore } from '../engine/memory/tensors.ts';
import type { Generator } from '../models/stylegan2/device/generator.ts';
import { latentStore } from '../models/stylegan2/device/loaded_network.ts';
import { lastBlock } from '../models/stylegan2/network/config.ts';
import { imageShape } from '../models/stylegan2/network/outputs.ts';
import { synthesisCalls } from '../models/stylegan2/network/synthesis.ts';
import { benchLatent } from './measured_drag.ts';
import { warmUp } from './warm_up.ts';

/** The synthesis network with its image, as a plan of its own. */
export class ForwardRun {
  private constructor(
    private readonly generator: Generator,
    readonly store: TensorStore,
    readonly plan: Plan,
  ) {}

  /** Makes the plan and compiles its kernels by running them once, since drivers compile at first use. */
  static async begin(generator: Generator): Promise<ForwardRun> {
    const { config, engine, arena } = generator;
    const store = latentStore(generator);
    store.write('ws', benchLatent(config.numWs, config.wDim));
    store.create('image', 'map', imageShape(config));
    const calls = synthesisCalls(config, { upTo: lastBlock(config), image: true });
    const plan = await Plan.build({ calls, freeRounding: true }, { ...engine, store, arena });
    await warmUp(engine.device, plan);
    return new ForwardRun(generator, store, plan);
  }

  /** Milliseconds of one picture, until the device has made it. */
  async time(): Promise<number> {
    const { queue } = this.generator.engine.device;
    await queue.onSubmittedWorkDone();
    const began = performance.now();
    this.plan.submit(this.generator.engine.device);
    await queue.onSubmittedWorkDone();
    return performance.now() - began;
  }

  destroy(): void {
    this.plan.destroy();
    this.store.destroy();
  }
}

import { Plan } from '../engine/graph/plan.ts';
import type { PlanRequest } from '../engine/graph/plan_request.ts';
import { type Call, gradientOf } from '../engine/graph/reversal.ts';
import { imagePixels, type PixelImage } from '../engine/memory/image.ts';
import { vectorStride } from '../engine/memory/layouts.ts';
import { TensorStore } from '../engine/memory/tensors.ts';
import { adamCall, broadcastCalls, regularizationCall } from '../models/latent_calls.ts';
import type { Generator } from '../models/stylegan2/device/generator.ts';
import { lastBlock } from '../models/stylegan2/network/config.ts';
import { imageShape } from '../models/stylegan2/network/outputs.ts';
import { synthesisCalls } from '../models/stylegan2/network/synthesis.ts';
import { imageLoss } from './image_loss.ts';
import { type NoiseMaps, noisyLayers } from './noise_maps.ts';
import { NoiseSearch } from './noise_search.ts';
import type { InversionOptions } from './options.ts';
import { adamParams } from './trained_tensors.ts';

/** Where a search stands. */
export interface Found {
  /** The latent, num_ws · w_dim. */
  readonly ws: Float32Array<ArrayBuffer>;
  /** The noise maps; empty unless noise is looked for. */
  readonly noise: NoiseMaps;
  readonly image: PixelImage;
  /** The image loss of its picture. */
  readonly loss: number;
}

/**
 * The device side of a search for a picture in one space: a latent, Adam's moments, and the plan of an iteration, which
 * reads nothing back. In W one row goes to all layers, in W+ each has its own. Noise maps may be looked for beside it.
 */
export class SearchStage {
  #iterations = 0;

  private constructor(
    private readonly generator: Generator,
    private readonly space: 'w' | 'w+',
    private readonly store: TensorStore,
    private readonly noise: NoiseSearch,
    private readonly iteration: Plan,
    private readonly judgement: Plan,
  ) {}

  /**
   * @param target (channels, height, width), −1 to 1
   * @param average num_ws · w_dim, which the regularisation draws to
   * @throws DeviceLimitError where the adapter is too small; ShaderError where a kernel does not compile
   */
  static async create(
    generator: Generator,
    space: 'w' | 'w+',
    target: Float32Array,
    average: Float32Array,
    options: Pick<InversionOptions, 'regularization' | 'noise' | 'noiseRegularization'>,
  ): Promise<SearchStage> {
    const { engine, config, arena } = generator;
    const store = new TensorStore(engine.device, generator.store);
    const plans: Plan[] = [];
    try {
      createTensors(store, generator, space);
      const loss = imageLoss(config, target);
      loss.createTensors(store);
      store.write('initial_ws', average);
      const noise = new NoiseSearch(
        store,
        config,
        options.noise ? noisyLayers(generator) : [],
        options.noiseRegularization,
      );
      const length = vectorStride(config.wDim);
      const values = config.numWs * config.wDim;
      const rows = Array.from({ length: config.numWs }, (_, row) => `ws.${row}`);
      const calls: Call[] = [
        ...(space === 'w' ? broadcastCalls('w', rows, length) : []),
        ...noise.network,
        ...synthesisCalls(config, { upTo: lastBlock(config), image: true }),
        ...loss.calls,
      ];
      const drawn = rows.map(
        (ws, row): Call => ({
          ...regularizationCall(ws, `initial_ws.${row}`, { length, values }),
          params: { regularization: options.regularization },
        }),
      );
      const resources = { ...engine, store, arena };
      const iteration: PlanRequest = {
        calls: [...calls, ...drawn, ...noise.regularizer],
        wanted: [...(space === 'w' ? ['w'] : rows), ...noise.wanted],
        afterwards: [adamCall(space === 'w' ? 1 : config.numWs, config.wDim), ...noise.afterwards],
      };
      for (const request of [iteration, { calls }])
        plans.push(await Plan.build({ ...request, freeRounding: true }, resources));
      return new SearchStage(generator, space, store, noise, plans[0], plans[1]);
    } catch (error) {
      for (const plan of plans) plan.destroy();
      store.destroy();
      throw error;
    }
  }

  /**
   * Puts the search at a latent (num_ws · w_dim), of which W takes the first row, and at noise maps where they are
   * given.
   */
  place(ws: Float32Array, noise: NoiseMaps = new Map()): void {
    this.noise.place(noise);
    this.store.write('w', ws.subarray(0, this.#rows * this.generator.config.wDim));
  }

  /** Submits one iteration. */
  step(learningRate: number): void {
    this.iteration.setParams('adam', { learning_rate: learningRate });
    if (this.noise.wanted.length > 0)
      this.iteration.setParams('noise.adam', adamParams(learningRate, ++this.#iterations));
    this.iteration.submit(this.generator.engine.device);
  }

  /** The picture of the latent as it is now, with its loss. */
  async judge(): Promise<Found> {
    const { config } = this.generator;
    this.judgement.submit(this.generator.engine.device);
    const noise = await this.noise.read();
    const [w, image, losses] = await Promise.all(
      ['w', 'image', 'image_losses'].map((name) => this.store.read(name)),
    );
    const ws = new Float32Array(config.numWs * config.wDim);
    for (let row = 0; row < config.numWs; row++)
      ws.set(
        w.subarray((row % this.#rows) * config.wDim).subarray(0, config.wDim),
        row * config.wDim,
      );
    return {
      ws,
      noise,
      image: imagePixels(image, imageShape(config)),
      loss: losses.reduce((sum, one) => sum + one, 0),
    };
  }

  destroy(): void {
    this.iteration.destroy();
    this.judgement.destroy();
    this.store.destroy();
  }

  get #rows(): number {
    return this.space === 'w' ? 1 : this.generator.config.numWs;
  }
}

function createTensors(store: TensorStore, generator: Generator, space: 'w' | 'w+'): void {
  const { numWs, wDim } = generator.config;
  const rows = space === 'w' ? 1 : numWs;
  for (const name of ['w', 'd_w', 'first_moment', 'second_moment'])
    store.create(name, 'vector', [rows, wDim]);
  store.create('initial_ws', 'vector', [numWs, wDim]);
  if (space === 'w') store.create('broadcast_ws', 'vector', [numWs, wDim]);
  store.create('status', 'plain', [8]);
  for (let row = 0; row < numWs; row++) {
    store.view(`initial_ws.${row}`, 'initial_ws', row);
    store.view(`ws.${row}`, space === 'w' ? 'broadcast_ws' : 'w', row);
    if (space === 'w+') store.view(gradientOf(`ws.${row}`), 'd_w', row);
  }
  store.create('image', 'map', imageShape(generator.config));
}

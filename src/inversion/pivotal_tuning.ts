import { Emitter } from '../engine/events.ts';
import type { Plan } from '../engine/graph/plan.ts';
import { imagePixels, type PixelImage } from '../engine/memory/image.ts';
import { readTensor, type TensorStore } from '../engine/memory/tensors.ts';
import { InputError } from '../formats/errors.ts';
import type { WritableTensor } from '../formats/safetensors.ts';
import type { Generator } from '../models/stylegan2/device/generator.ts';
import { type TrainedTensor, trainedTensors } from './fine_tuning_calls.ts';
import {
  buildPlans,
  createStores,
  destroyPlans,
  destroyStores,
  type FineTuningPlans,
  type Stores,
} from './fine_tuning_plans.ts';
import type { ImageLoss } from './image_loss.ts';
import { checkNoise, noiseChanges } from './noise_maps.ts';
import {
  type FineTuningOptions,
  fineTuningOptions,
  type PlannedFineTuning,
  rateAt,
} from './options.ts';
import { adamParams } from './trained_tensors.ts';
import { fingerprintedTensor, modelFingerprint, writeWeightDelta } from './weight_delta.ts';

/** A step of fine-tuning. Its losses are those before it changed the weights. */
export interface FineTuningRecord {
  /** Counted from 1. */
  readonly iteration: number;
  /** The image loss against the target. */
  readonly loss: number;
  /** The regulariser's loss times its weight, as last computed. */
  readonly localityLoss: number;
}

/**
 * One of so many steps computes the regulariser, at so many times its weight, since it costs as much as the step
 * itself. Source: Karras et al. 2020, section 3.1 (lazy regularisation).
 */
const localityInterval = 4;

/**
 * Pivotal tuning: trains the synthesis network so that it draws a given picture at a latent that was found for it, the
 * pivot, while pictures of latents near it stay as they were. The generator's own weights stay; the tuned ones, their
 * gradients and Adam's moments are copies in f32. Source: Roich et al. 2021, sections 3.2 and 3.3.
 */
export class PivotalTuning {
  readonly #events = new Emitter<{ iteration: FineTuningRecord }>();
  readonly #stores: Stores;
  readonly #options: PlannedFineTuning;
  #iteration = 0;
  #localityLoss = 0;
  #stopped = false;

  private constructor(
    /** @internal The generator whose weights are tuned. */
    readonly generator: Generator,
    private readonly pivot: Float32Array<ArrayBuffer>,
    private readonly loss: ImageLoss,
    private readonly plans: FineTuningPlans,
    stores: Stores,
    options: PlannedFineTuning,
  ) {
    this.#stores = stores;
    this.#options = options;
  }

  /**
   * Makes copies of the weights that are tuned, and the plans that tune them.
   * @internal `Model.fineTune` calls it
   * @param pivot ws (num_ws · w_dim)
   * @throws InputError for a latent or noise that does not fit, DeviceLimitError where the adapter is too small
   */
  static async create(
    generator: Generator,
    pivot: ArrayLike<number>,
    loss: ImageLoss,
    changes: FineTuningOptions = {},
  ): Promise<PivotalTuning> {
    const options = fineTuningOptions(changes);
    generator.checkLatent(pivot);
    const ws = Float32Array.from(pivot);
    const noise = options.noise?.size ? options.noise : undefined;
    if (noise) checkNoise(generator, noise);
    const stores = await createStores(generator, loss, noise);
    try {
      const plans = await buildPlans(generator, loss, stores, options.locality * localityInterval);
      return new PivotalTuning(generator, ws, loss, plans, stores, options);
    } catch (error) {
      destroyStores(stores);
      throw error;
    }
  }

  /** @returns a function that removes the listener */
  on(event: 'iteration', listener: (record: FineTuningRecord) => void): () => void {
    return this.#events.on(event, listener);
  }

  /**
   * Goes on for so many steps, or until `signal` or `stop` end it; what was tuned until then stays.
   * @throws InputError where the weights diverge
   */
  async run({ steps, signal }: { steps: number; signal?: AbortSignal }): Promise<void> {
    this.#stopped = false;
    const { tuned } = this.#stores;
    for (let step = 0; step < steps && !this.#stopped && !signal?.aborted; step++) {
      const iteration = ++this.#iteration;
      const locality = iteration % localityInterval === 1 ? this.plans.locality : undefined;
      if (locality) await this.#drawNear(locality.original);
      tuned.write('ws', this.pivot);
      const training = locality?.training ?? this.plans.training;
      training.setParams('adam', adamParams(this.#rate(iteration), iteration));
      training.submit(this.generator.engine.device);
      const loss = await this.#sum(this.loss.losses);
      if (locality) this.#localityLoss = (await this.#sum('near.losses')) / localityInterval;
      if (!Number.isFinite(loss + this.#localityLoss))
        throw new InputError(
          `the weights diverged within ${iteration} steps; take a lower learning rate`,
        );
      this.#events.emit('iteration', { iteration, loss, localityLoss: this.#localityLoss });
    }
  }

  /**
   * The learning rate: it rises and falls over the planned steps, so that the picture settles, and then begins anew.
   */
  #rate(iteration: number): number {
    const { steps, learningRate } = this.#options;
    return rateAt((((iteration - 1) % steps) + 0.5) / steps, learningRate);
  }

  /** Ends a run after the current step. */
  stop(): void {
    this.#stopped = true;
  }

  /** The picture of the tuned network. @throws InputError for a latent that does not fit */
  async generate(ws: ArrayLike<number> = this.pivot): Promise<PixelImage> {
    this.generator.checkLatent(ws);
    const { tuned } = this.#stores;
    tuned.write('ws', ws);
    this.plans.drawing.submit(this.generator.engine.device);
    const image = tuned.get('image');
    return imagePixels(await readTensor(this.generator.engine.device, image), image.shape);
  }

  /**
   * Tuned minus original weights, the noise that was given, and the pivot, as a safetensors file for
   * `applyWeightDelta`.
   */
  async delta(): Promise<Uint8Array<ArrayBuffer>> {
    const { store, config } = this.generator;
    const changes = await noiseChanges(this.generator, this.#options.noise ?? new Map());
    for (const trained of trainedTensors(config, store)) {
      const original = await readWhole(store, trained);
      const tuned = await readWhole(this.#stores.tuned, trained);
      const data = tuned.data.map((value, i) => value - original.data[i]);
      changes.set(trained.name, { shape: tuned.shape, data });
    }
    const fingerprint = await modelFingerprint(await store.read(fingerprintedTensor));
    return writeWeightDelta(changes, fingerprint, { config, pivot: this.pivot });
  }

  /** Frees the copies of the weights; the generator stays. */
  destroy(): void {
    destroyPlans(this.plans);
    destroyStores(this.#stores);
  }

  /** A latent near the pivot, and the original network's picture of it. */
  async #drawNear(original: Plan): Promise<void> {
    const { cDim } = this.generator.config;
    const inTurn = cDim > 0 ? this.#iteration % cDim : undefined;
    const { localityDistance, classes, classIndex = classes ? undefined : inTurn } = this.#options;
    const chosen = { classIndex, classes };
    const random = await this.generator.latent({ seed: this.#iteration }, chosen);
    const towards = (value: number, i: number) => value + localityDistance * (random[i] - value);
    this.#stores.near.write('near.ws', this.pivot.map(towards));
    original.submit(this.generator.engine.device);
  }

  async #sum(losses: string): Promise<number> {
    return (await this.#stores.tuned.read(losses)).reduce((a, b) => a + b, 0);
  }
}

/** A tensor whose parts lie one after the other along its first axis. */
async function readWhole(store: TensorStore, { parts }: TrainedTensor): Promise<WritableTensor> {
  const values = await Promise.all(parts.map((part) => store.read(part)));
  // Maps, which the constant is one of, have samples before what the files have.
  const shapes = parts
    .map((part) => store.get(part))
    .map(({ layout, shape }) => (layout === 'map' ? shape.slice(1) : shape));
  const [first, ...rest] = shapes[0];
  const outputs = shapes.slice(1).reduce((sum, shape) => sum + shape[0], first);
  const data = new Float32Array(values.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of values) {
    data.set(part, at);
    at += part.length;
  }
  return { shape: [outputs, ...rest], data };
}

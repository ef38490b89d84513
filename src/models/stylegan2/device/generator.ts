import type { Engine } from '../../../engine/device.ts';
import { Arena } from '../../../engine/memory/arena.ts';
import { imagePixels, type PixelImage } from '../../../engine/memory/image.ts';
import type { Precision } from '../../../engine/memory/layouts.ts';
import { largestBinding, readTensor, type TensorStore } from '../../../engine/memory/tensors.ts';
import type { ImageSink } from '../../../engine/present.ts';
import { InputError } from '../../../formats/errors.ts';
import type { LatentSource, MappingOptions } from '../network/latent_origin.ts';
import type { GeneratorWeights } from '../network/weights.ts';
import { Drawing, type DrawingOptions } from './drawing.ts';
import { type EvaluationRequest, evaluate, type LogicalTensor } from './evaluation.ts';
import type { FindBasis, LoadedNetwork } from './loaded_network.ts';
import { Mapping, mappingInput } from './mapping.ts';
import { uploadGenerator } from './upload.ts';

/** How a generator is put on a device. */
export interface GeneratorOptions {
  /** Called with the fraction of the weights that is on the device, from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
  /** Bytes that one tensor may take; what the device binds by default. */
  readonly largestTensor?: number;
  /**
   * How the weights of convolutions are stored; products and sums are f32's. `f16` halves the memory that they take and
   * the bytes that are read, and rounds the weights of an f32 file, but for layers beyond its range. By default they
   * are f16 where the file has them so, which loses nothing.
   */
  readonly precision?: Precision;
  /** Finds the distribution of w, in another thread; in this one by default. */
  readonly findBasis?: FindBasis;
}

/** A StyleGAN2 generator on a device. */
export class Generator implements LoadedNetwork {
  readonly #mapping: Mapping;
  #drawing: Drawing | undefined;
  /** Runs that write shared tensors come one after the other. */
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly engine: Engine,
    readonly config: LoadedNetwork['config'],
    readonly store: TensorStore,
    /** How the weights of convolutions are stored: `f16` if any layer's are. */
    readonly precision: Precision,
    readonly arena: Arena,
    readonly findBasis: FindBasis | undefined,
  ) {
    this.#mapping = new Mapping(this);
  }

  /** @throws DeviceLimitError where the adapter is too small for the weights */
  static async load(
    engine: Engine,
    weights: GeneratorWeights,
    {
      onProgress = () => {},
      largestTensor = largestBinding(engine.device),
      precision,
      findBasis,
    }: GeneratorOptions = {},
  ): Promise<Generator> {
    const uploaded = await uploadGenerator(engine.device, weights, {
      storage: precision ?? 'lossless',
      largestTensor,
      onProgress,
    });
    const config = { ...weights.config, largestTensor };
    return new Generator(
      engine,
      config,
      uploaded.store,
      uploaded.precision,
      new Arena(engine.device),
      findBasis,
    );
  }

  /**
   * ws (num_ws · w_dim, row-major).
   * @throws InputError for a seed, z, class, ψ or cutoff that does not fit the network.
   */
  async latent(
    source: LatentSource,
    options: MappingOptions = {},
  ): Promise<Float32Array<ArrayBuffer>> {
    const input = mappingInput(this, source, options);
    return this.#inTurn(() => this.#mapping.latent(input));
  }

  /** The picture of a ws. @throws InputError as `checkLatent` */
  async generate(ws: ArrayLike<number>, options?: DrawingOptions): Promise<PixelImage> {
    this.checkLatent(ws);
    return this.#inTurn(async () => {
      const image = await this.#draws.draw(ws, options);
      return imagePixels(await readTensor(this.engine.device, image), image.shape);
    });
  }

  /** Compiles and allocates all that a picture needs, without drawing one. */
  prepare(): Promise<void> {
    return this.#inTurn(() => this.#draws.prepare());
  }

  /**
   * Hands the picture of a ws to `sink`, without a read-back. Resolves once the device has drawn it.
   * @throws InputError as `checkLatent`
   */
  async show(ws: ArrayLike<number>, sink: ImageSink, options?: DrawingOptions): Promise<void> {
    this.checkLatent(ws);
    return this.#inTurn(async () => {
      sink.draw(await this.#draws.draw(ws, options));
      await this.engine.device.queue.onSubmittedWorkDone();
    });
  }

  /**
   * Any tensors of the synthesis network in f32, N,C,H,W, and `grad_ws` (1, num_ws, w_dim) where a gradient is asked
   * for.
   * @throws InputError as `checkLatent`, for a name that the network does not have, or a cotangent that does not fit
   */
  async evaluate(
    ws: ArrayLike<number>,
    request: EvaluationRequest,
  ): Promise<Map<string, LogicalTensor>> {
    this.checkLatent(ws);
    return evaluate(this, ws, request);
  }

  /** @throws InputError for another length than num_ws · w_dim, or a value that is not finite */
  checkLatent(ws: ArrayLike<number>): void {
    const { numWs, wDim } = this.config;
    if (ws.length !== numWs * wDim)
      throw new InputError(
        `the latent has ${ws.length} values, the model takes ${numWs} × ${wDim}`,
      );
    for (let i = 0; i < ws.length; i++)
      if (!Number.isFinite(ws[i]))
        throw new InputError(`the latent's value ${i} is ${ws[i]}, not a finite number`);
  }

  destroy(): void {
    this.#mapping.destroy();
    this.#drawing?.destroy();
    this.arena.destroy();
    this.store.destroy();
  }

  get #draws(): Drawing {
    this.#drawing ??= new Drawing(this);
    return this.#drawing;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }
}

import { type DragOptions, type GivenOptions, startingOptions } from '../drag/options.ts';
import { DragSession } from '../drag/session.ts';
import type { KernelChoices } from '../engine/autotune/kernel_choices.ts';
import type { Engine } from '../engine/device.ts';
import type { PixelImage } from '../engine/memory/image.ts';
import type { Precision } from '../engine/memory/layouts.ts';
import { InputError } from '../formats/errors.ts';
import { imageLoss } from '../inversion/image_loss.ts';
import { Inversion } from '../inversion/inversion.ts';
import type { FineTuningOptions, InversionOptions } from '../inversion/options.ts';
import { PivotalTuning } from '../inversion/pivotal_tuning.ts';
import { imageValues } from '../inversion/pixels.ts';
import type { LatentOrigin, Typicality } from '../models/draggable.ts';
import { draggable, latentTypicality } from '../models/stylegan2/device/draggable.ts';
import type { EvaluationRequest, LogicalTensor } from '../models/stylegan2/device/evaluation.ts';
import { Generator } from '../models/stylegan2/device/generator.ts';
import type { FindBasis, Noise } from '../models/stylegan2/device/loaded_network.ts';
import { parseModelFile } from '../models/stylegan2/files/model_file.ts';
import type { GeneratorConfig } from '../models/stylegan2/network/config.ts';
import type { Directions, FactorBasis } from '../models/stylegan2/network/directions.ts';
import {
  type LatentSource,
  latentOrigin,
  type MappingOptions,
} from '../models/stylegan2/network/latent_origin.ts';
import { type GeneratorWeights, readGenerator } from '../models/stylegan2/network/weights.ts';
import { type AutotuneRequest, autotune } from './autotune.ts';
import { refuseLostDevice } from './device_state.ts';

/** A generator that can be drawn from, looked into, and dragged. */
export class Model {
  readonly #loaded: Generator;
  #destroyed = false;

  /** @internal `createModel` and `loadModel` make one. */
  constructor(generator: Generator) {
    this.#loaded = generator;
  }

  get #generator(): Generator {
    if (this.#destroyed) throw new InputError('the model was destroyed; load it again');
    return this.#loaded;
  }

  /** Sizes and layers of the network. */
  get config(): GeneratorConfig {
    return this.#loaded.config;
  }

  /** How the weights of convolutions are stored on the device. */
  get precision(): Precision {
    return this.#loaded.precision;
  }

  /** The drag options of the method that was measured for the model, else those that its file recommends, else the paper's. */
  get dragDefaults(): DragOptions {
    return startingOptions(this.config);
  }

  /**
   * ws (num_ws · w_dim, row-major) of a seed or a z.
   * @throws InputError for a seed, z, class or truncation that does not fit the network; DeviceLostError
   */
  async latent(source: LatentSource, options?: MappingOptions): Promise<Float32Array> {
    return this.#generator.latent(source, options);
  }

  /** What the latent of a source is made from, to be given with it to a drag, which can then move its z. */
  origin(source: LatentSource, options?: MappingOptions): LatentOrigin {
    return latentOrigin(this.config, source, options);
  }

  /**
   * Measures how likely latents are among those that the network makes by itself. It takes a second or two once, in
   * which the distribution of w is estimated from random z.
   * @returns a function of ws (num_ws · w_dim)
   * @throws DeviceLostError
   */
  typicality(): Promise<(ws: Float32Array) => Typicality> {
    return latentTypicality(this.#generator);
  }

  /**
   * The picture of a latent, read back from the device.
   * @param ws num_ws · w_dim, row-major
   * @throws InputError for a latent or noise that does not fit; DeviceLostError
   */
  async generate(ws: Float32Array, options: { readonly noise?: Noise } = {}): Promise<PixelImage> {
    refuseOtherNoise(options.noise);
    return this.#generator.generate(ws, { noise: options.noise });
  }

  /**
   * Tensors of the synthesis network, and the gradient of one of them with respect to ws.
   * @throws InputError for a name that the network does not have, or noise that there is not; DeviceLostError
   */
  async evaluate(
    ws: Float32Array,
    request: EvaluationRequest,
  ): Promise<Map<string, LogicalTensor>> {
    refuseOtherNoise(request.noise);
    return this.#generator.evaluate(ws, request);
  }

  /**
   * An edit that starts from a latent.
   * @param origin what the latent was made from, where it is known: the space `z` needs it
   * @throws InputError for a latent or option that does not fit
   */
  async createDragSession(
    ws: Float32Array,
    options: GivenOptions = {},
    origin?: LatentOrigin,
  ): Promise<DragSession> {
    return new DragSession(draggable(this.#generator), ws, options, { origin });
  }

  /**
   * A search for the latent whose picture is nearest to a given one, to be run.
   * @throws InputError for a picture of another size than the model's, or an option that cannot be used
   */
  invert(target: PixelImage, options: Partial<InversionOptions> = {}): Inversion {
    return new Inversion(this.#generator, target, options);
  }

  /**
   * The network itself, to be trained until it draws a picture at the latent that was found for it; this model stays as
   * it is. `applyWeightDelta` adds the delta that it saves to the model's weights.
   * @param pivot ws (num_ws · w_dim), as `invert` finds it
   * @throws InputError for a picture or latent that does not fit; DeviceLimitError where the adapter is too small
   */
  async fineTune(
    target: PixelImage,
    pivot: Float32Array,
    options: FineTuningOptions = {},
  ): Promise<PivotalTuning> {
    const loss = imageLoss(this.config, imageValues(target, this.config));
    return PivotalTuning.create(this.#generator, pivot, loss, options);
  }

  /**
   * Directions of w along which pictures change: those of the factors that the model's file names (`readFactors`), else
   * the principal components of its w. `styleDirections` finds others from the weights alone.
   * @param count that are wanted, at most
   * @throws DeviceLostError
   */
  async directions({
    count,
    factors,
  }: {
    readonly count: number;
    readonly factors?: FactorBasis;
  }): Promise<Directions> {
    const generator = this.#generator;
    // Linear algebra is loaded where it is needed alone.
    const { factorDirections, principalDirections } = await import(
      '../models/stylegan2/device/directions.ts'
    );
    return factors
      ? factorDirections(generator, factors, count)
      : principalDirections(generator, count);
  }

  /**
   * Measures which kernels are the fastest on this adapter for this model; `useKernelChoices` then takes them. In small
   * submissions, so that a drag or a page may go on meanwhile.
   * @throws the signal's reason once it is aborted; InputError for options that cannot be used
   */
  async autotune(request: AutotuneRequest = {}): Promise<KernelChoices> {
    return autotune(this.#generator, request);
  }

  /** Frees the device memory of the model. Its sessions are to be destroyed before. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#loaded.destroy();
  }
}

/** An edit of a model's picture, from a latent. @throws InputError for a latent or option that does not fit */
export function createDragSession(
  model: Model,
  ws: Float32Array,
  options: GivenOptions = {},
  origin?: LatentOrigin,
): Promise<DragSession> {
  return model.createDragSession(ws, options, origin);
}

/** How a model is loaded. */
export interface LoadOptions {
  /** Called with the fraction that is done, from 0 to 1, and the name of the present step. */
  readonly onProgress?: (fraction: number, what: string) => void;
  /**
   * How the weights of convolutions are stored on the device; sums are in f32 always. `f16` halves the bytes that an
   * iteration reads, and rounds the weights of an f32 file. By default as the file has them, which loses nothing.
   */
  readonly precision?: Precision;
  /**
   * Finds the distribution of w in samples (count, w_dim), in another thread; in this one by default, where it can take
   * most of a second.
   */
  readonly findBasis?: FindBasis;
}

/**
 * Reads a model file of any format that `parseModelFile` knows and puts it on the device.
 * @throws FormatError where the file is broken; UnsupportedModelError where it is of another kind; DeviceLimitError
 * where the adapter is too small for it; InputError for a precision that there is not; DeviceLostError
 */
export async function loadModel(
  engine: Engine,
  bytes: Uint8Array,
  options: LoadOptions & {
    /** Names the file in errors. */
    readonly file?: string;
  } = {},
): Promise<Model> {
  options.onProgress?.(0, 'reading the file');
  return createModel(engine, readGenerator(parseModelFile(bytes, options.file)), options);
}

/**
 * Puts a generator that was read and checked on the device.
 * @throws DeviceLimitError where the adapter is too small for it; InputError for a precision that there is not;
 * DeviceLostError where the device is lost before the weights are on it
 */
export async function createModel(
  engine: Engine,
  weights: GeneratorWeights,
  { precision, findBasis, onProgress = () => {} }: LoadOptions = {},
): Promise<Model> {
  if (precision !== undefined && precision !== 'f32' && precision !== 'f16')
    throw new InputError(`${precision} is none of f32, f16`, { option: 'precision' });
  await refuseLostDevice(engine);
  const generator = await Generator.load(engine, weights, {
    precision,
    findBasis,
    onProgress: (fraction) => onProgress(fraction, 'packing the weights'),
  });
  await refuseLostDevice(engine);
  return new Model(generator);
}

/** For programs without types. */
function refuseOtherNoise(noise: Noise | undefined): void {
  if (noise === undefined || noise === 'const' || noise === 'none') return;
  throw new InputError(`${noise} is none of const, none`, { option: 'noise' });
}

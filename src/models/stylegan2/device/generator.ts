import type { Engine } from '../../../engine/device.ts';
import { Plan, type PlanResources } from '../../../engine/graph/plan.ts';
import { gradientOf } from '../../../engine/graph/reversal.ts';
import { StandingPlan } from '../../../engine/graph/standing_plan.ts';
import { Arena } from '../../../engine/memory/arena.ts';
import { imagePixels, type PixelImage } from '../../../engine/memory/image.ts';
import type { Precision } from '../../../engine/memory/layouts.ts';
import {
  type DeviceTensor,
  largestBinding,
  readTensor,
  TensorStore,
} from '../../../engine/memory/tensors.ts';
import type { ImageSink } from '../../../engine/present.ts';
import { InputError } from '../../../formats/errors.ts';
import { blockSize, blocksOf, type GeneratorConfig, lastBlock } from '../network/config.ts';
import type { LatentSource, MappingOptions } from '../network/latent_origin.ts';
import { mappingCalls } from '../network/mapping.ts';
import { seedLatent } from '../network/seeds.ts';
import { imageName, synthesisCalls } from '../network/synthesis.ts';
import type { GeneratorWeights } from '../network/weights.ts';
import { uploadGenerator } from './upload.ts';

/** The noise that layers add: the maps of the file, or none. */
export type Noise = 'const' | 'none';

/** Which of the network's tensors are wanted. */
export interface EvaluationRequest {
  /** Names of tensors: `image`, `b{r}.x` (features of the block of r × r), `b{r}.img` (its image). */
  readonly tensors: readonly string[];
  /** `const` by default. */
  readonly noise?: Noise;
  /** Asks for `grad_ws`: the gradient of Σ tensor · cotangent with respect to ws. */
  readonly gradient?: {
    /** The tensor's name. */
    readonly of: string;
    /** As many numbers as the tensor has, row-major. */
    readonly cotangent: ArrayLike<number>;
  };
}

/** A tensor that was read back from the device. */
export interface LogicalTensor {
  /** Its sizes, outermost first: images and features are N, C, H, W. */
  readonly shape: readonly number[];
  /** The elements in row-major order. */
  readonly data: Float32Array<ArrayBuffer>;
}

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
}

/** A StyleGAN2 generator on a device. */
export class Generator {
  readonly #mappingStore: TensorStore;
  #mapping: StandingPlan | undefined;
  #drawing: { readonly plan: StandingPlan; readonly store: TensorStore } | undefined;
  /** Runs that write shared tensors come one after the other. */
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly engine: Engine,
    readonly config: GeneratorConfig & { readonly largestTensor: number },
    /** Weights under their official names. */
    readonly store: TensorStore,
    /** How the weights of convolutions are stored: `f16` if any layer's are. */
    readonly precision: Precision,
    /** Memory of all short-lived tensors of this generator's plans. */
    readonly arena: Arena,
  ) {
    this.#mappingStore = new TensorStore(engine.device, store);
  }

  /** @throws DeviceLimitError where the adapter is too small for the weights */
  static async load(
    engine: Engine,
    weights: GeneratorWeights,
    {
      onProgress = () => {},
      largestTensor = largestBinding(engine.device),
      precision,
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
    );
  }

  /**
   * ws (num_ws · w_dim, row-major).
   * @throws InputError for a seed, z, class, ψ or cutoff that does not fit the network.
   */
  latent(source: LatentSource, options: MappingOptions = {}): Promise<Float32Array<ArrayBuffer>> {
    const { config } = this;
    const { psi = 1, cutoff = config.numWs, classIndex } = options;
    const z = 'seed' in source ? seedLatent(source.seed, config.zDim) : source.z;
    if (z.length !== config.zDim)
      throw new InputError(`z has ${z.length} values, the network takes ${config.zDim}`);
    if (!Number.isFinite(psi)) throw new InputError(`ψ is ${psi}, not a number`, { option: 'psi' });
    if (psi !== 1 && !config.truncates)
      throw new InputError('the model has no average w to truncate to; use ψ 1', { option: 'psi' });
    const c = this.#classes(classIndex);
    return this.#inTurn(async () => {
      this.#mapping ??= this.#createMapping();
      const plan = await this.#mapping.current();
      plan.setParams('truncate', { psi, cutoff });
      this.#mappingStore.write('z', z);
      if (c) this.#mappingStore.write('c', c);
      this.run(plan);
      return this.#mappingStore.read('ws');
    });
  }

  /** The picture of a ws. @throws InputError for another length than num_ws · w_dim */
  generate(ws: ArrayLike<number>, noise: Noise = 'const'): Promise<PixelImage> {
    this.checkLatent(ws);
    return this.#inTurn(async () => {
      const image = await this.#draw(ws, noise);
      return imagePixels(await readTensor(this.engine.device, image), image.shape);
    });
  }

  /** Compiles and allocates all that a picture needs, without drawing one. */
  prepare(): Promise<void> {
    return this.#inTurn(async () => {
      this.#drawing ??= this.#createDrawing();
      await this.#drawing.plan.current();
    });
  }

  /**
   * Hands the picture of a ws to `sink`, without a read-back. Resolves once the device has drawn it.
   * @throws InputError for another length than num_ws · w_dim
   */
  show(ws: ArrayLike<number>, sink: ImageSink, noise: Noise = 'const'): Promise<void> {
    this.checkLatent(ws);
    return this.#inTurn(async () => {
      sink.draw(await this.#draw(ws, noise));
      await this.engine.device.queue.onSubmittedWorkDone();
    });
  }

  /**
   * Any tensors of the synthesis network in f32, N,C,H,W, and `grad_ws` (1, num_ws, w_dim) where a gradient is asked
   * for.
   * @throws InputError for a name that the network does not have, or a cotangent that does not fit
   */
  async evaluate(
    ws: ArrayLike<number>,
    request: EvaluationRequest,
  ): Promise<Map<string, LogicalTensor>> {
    this.checkLatent(ws);
    const { noise = 'const' } = request;
    const tensors = request.tensors.map((name) => this.#canonical(name));
    const gradient = request.gradient && {
      ...request.gradient,
      of: this.#canonical(request.gradient.of),
    };
    const names = [...new Set([...tensors, ...(gradient ? [gradient.of] : [])])];
    const shapes = new Map(names.map((name) => [name, this.tensorShape(name)]));
    const store = this.latentStore();
    try {
      store.write('ws', ws);
      for (const [name, shape] of shapes) store.create(name, 'map', shape);
      if (gradient) this.#createCotangent(store, gradient.of, gradient.cotangent);
      const plan = await Plan.build(
        {
          calls: synthesisCalls(this.config, {
            upTo: Math.max(...names.map(blockIn(this.config))),
            image: names.some((name) => !name.endsWith('.x')),
          }),
          roots: gradient ? [gradient.of] : [],
          wanted: gradient ? this.#reachedRows(gradient.of) : [],
          // Rounding may choose another slope of leaky ReLU, which a gradient would show.
          freeRounding: gradient === undefined,
        },
        this.#resources(store),
      );
      try {
        setNoise(plan, noise);
        this.run(plan);
        const results = new Map<string, LogicalTensor>();
        for (const [i, name] of tensors.entries())
          results.set(request.tensors[i], {
            shape: shapes.get(name) ?? [],
            data: await store.read(name),
          });
        if (gradient) {
          const shape = [1, this.config.numWs, this.config.wDim];
          results.set('grad_ws', { shape, data: await store.read(gradientOf('ws')) });
        }
        return results;
      } finally {
        plan.destroy();
      }
    } finally {
      store.destroy();
    }
  }

  /** A store on top of the weights with `ws` (num_ws, 1, w_dim), its rows `ws.{row}`, and the same of `d_ws`. */
  latentStore(): TensorStore {
    const { numWs, wDim } = this.config;
    const store = new TensorStore(this.engine.device, this.store);
    for (const name of ['ws', gradientOf('ws')]) {
      store.create(name, 'vector', [numWs, 1, wDim]);
      for (let row = 0; row < numWs; row++) store.view(`${name}.${row}`, name, row);
    }
    return store;
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

  /** The shape of a tensor by its name. @throws InputError for a name that the network does not have */
  tensorShape(name: string): number[] {
    const { config } = this;
    const block = blockIn(config)(name);
    const channels = config.channels.get(block);
    if (channels === undefined) {
      const blocks = blocksOf(config).map((r) => `b${r}.x`);
      throw new InputError(
        `the model has no tensor ${name}; it has image, ${blocks.join(', ')}, and each block's img`,
        { option: 'tensors' },
      );
    }
    const { height, width } = blockSize(config, block);
    return [1, name.endsWith('.x') ? channels : config.imgChannels, height, width];
  }

  /** Submits one run of a plan. */
  run(plan: Plan): void {
    const { device } = this.engine;
    const encoder = device.createCommandEncoder();
    plan.record(encoder);
    device.queue.submit([encoder.finish()]);
  }

  destroy(): void {
    this.#mapping?.destroy();
    this.#drawing?.plan.destroy();
    this.#drawing?.store.destroy();
    this.#mappingStore.destroy();
    this.arena.destroy();
    this.store.destroy();
  }

  #classes(classIndex: number | undefined): Float32Array | undefined {
    const { cDim } = this.config;
    if (cDim === 0) {
      if (classIndex !== undefined)
        throw new InputError('the model has no classes', { option: 'class' });
      return undefined;
    }
    if (
      classIndex === undefined ||
      !Number.isInteger(classIndex) ||
      classIndex < 0 ||
      classIndex >= cDim
    )
      throw new InputError(`the model has classes 0 to ${cDim - 1}; choose one`, {
        option: 'class',
      });
    const c = new Float32Array(cDim);
    c[classIndex] = 1;
    return c;
  }

  #createMapping(): StandingPlan {
    const { config } = this;
    const store = this.#mappingStore;
    store.create('z', 'vector', [1, config.zDim]);
    if (config.cDim > 0) store.create('c', 'vector', [1, config.cDim]);
    store.create('ws', 'vector', [config.numWs, 1, config.wDim]);
    return new StandingPlan({ calls: mappingCalls(config) }, () => this.#resources(store));
  }

  #createDrawing(): { plan: StandingPlan; store: TensorStore } {
    const { config } = this;
    const store = this.latentStore();
    store.create('image', 'map', this.tensorShape('image'));
    const calls = synthesisCalls(config, { upTo: lastBlock(config), image: true });
    const request = { calls, freeRounding: true };
    return { plan: new StandingPlan(request, () => this.#resources(store)), store };
  }

  #resources(store: TensorStore): PlanResources {
    return { ...this.engine, store, arena: this.arena };
  }

  async #draw(ws: ArrayLike<number>, noise: Noise): Promise<DeviceTensor> {
    this.#drawing ??= this.#createDrawing();
    const { store } = this.#drawing;
    const plan = await this.#drawing.plan.current();
    setNoise(plan, noise);
    store.write('ws', ws);
    this.run(plan);
    return store.get('image');
  }

  #createCotangent(store: TensorStore, of: string, cotangent: ArrayLike<number>): void {
    const shape = this.tensorShape(of);
    const length = shape.reduce((a, b) => a * b, 1);
    if (cotangent.length !== length)
      throw new InputError(
        `the cotangent has ${cotangent.length} values, ${of} has ${shape.join(' × ')}`,
        { option: 'cotangent' },
      );
    store.create(gradientOf(of), 'map', shape, cotangent);
  }

  /** The rows of ws on which a tensor depends. */
  #reachedRows(of: string): string[] {
    const calls = synthesisCalls(this.config, {
      upTo: blockIn(this.config)(of),
      image: !of.endsWith('.x'),
    });
    const rows = calls.flatMap(({ row }) => row ?? []);
    return [...new Set(rows)].map((row) => `ws.${row}`);
  }

  /** The last block's image goes by two names. */
  #canonical(name: string): string {
    const last = lastBlock(this.config);
    return name === `b${last}.img` ? imageName(this.config, last) : name;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }
}

/** The block that a tensor's name contains; NaN if it contains none. */
const blockIn =
  (config: GeneratorConfig) =>
  (name: string): number =>
    name === 'image' ? lastBlock(config) : Number(/^b(\d+)\.(?:x|img)$/.exec(name)?.[1]);

function setNoise(plan: Plan, noise: Noise): void {
  for (const label of plan.labelsWith('noise_gain'))
    plan.setParams(label, { noise_gain: noise === 'const' ? 1 : 0 });
}

import { Emitter } from '../engine/events.ts';
import type { PixelImage } from '../engine/memory/image.ts';
import { InputError } from '../formats/errors.ts';
import type { Generator } from '../models/stylegan2/device/generator.ts';
import { type NoiseMaps, noiseChanges, noiseMaps } from './noise_maps.ts';
import { type InversionOptions, inversionOptions, rateAt } from './options.ts';
import { imageValues, peakSignalToNoise } from './pixels.ts';
import { type Found, SearchStage } from './stage.ts';
import { fingerprintedTensor, modelFingerprint, writeWeightDelta } from './weight_delta.ts';

/** How far a search is. */
export interface InversionProgress {
  /** Random latents are tried, or the latent is searched in W or in W+. */
  readonly stage: 'samples' | 'w' | 'w+';
  /** How many iterations were made, in W and W+ together; in the stage `samples`, how many samples were tried. */
  readonly iteration: number;
  /** How many iterations there will be, in W and W+ together; in the stage `samples`, how many samples. */
  readonly steps: number;
  /** The image loss of the best latent so far. */
  readonly loss: number;
  /** Peak signal-to-noise ratio of its picture against the target, in decibels. */
  readonly psnr: number;
}

/** The outcome of a search. */
export interface InversionResult {
  /** Why it ended: all steps made, `stop` called, or a loss that is not finite (the best latent before it is kept). */
  readonly stopped: 'steps' | 'stopped' | 'diverged';
  /** How many iterations were made. */
  readonly iterations: number;
  /** The image loss of the best latent. */
  readonly loss: number;
  /** Peak signal-to-noise ratio of its picture against the target, in decibels. */
  readonly psnr: number;
}

/** How many samples lie between two reports. */
const samplesBetween = 20;

/**
 * Looks for the latent whose picture is nearest to a given one: from the average w or the best of random samples, first
 * in W, then in W+, by Adam on a Laplacian pyramid's L1. What it has found can be taken at any time.
 * Source: Karras et al. 2020, appendix D (the schedule); Abdal et al. 2019 (W+).
 */
export class Inversion {
  /** Every option's value. */
  readonly options: InversionOptions;
  readonly #generator: Generator;
  readonly #target: PixelImage;
  readonly #values: Float32Array;
  readonly #events = new Emitter<{ iteration: InversionProgress }>();
  #found: Found | undefined;
  #stopping = false;
  #running = false;

  /** @throws InputError for a picture of another size than the model's, or an option that cannot be used */
  constructor(generator: Generator, target: PixelImage, options: Partial<InversionOptions> = {}) {
    this.options = inversionOptions(options);
    this.#generator = generator;
    this.#target = target;
    this.#values = imageValues(target, generator.config);
  }

  /** @returns a function that removes the listener */
  on(event: 'iteration', listener: (progress: InversionProgress) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** Ends a run after the iterations that the device already has. */
  stop(): void {
    this.#stopping = true;
  }

  /** The best latent so far: ws (num_ws · w_dim). @throws InputError before there is one */
  latent(): Float32Array {
    return this.#best.ws.slice();
  }

  /**
   * The noise maps that belong to that latent; none unless the option `noise` is on.
   * @throws InputError before there is a latent
   */
  noise(): NoiseMaps {
    return this.#best.noise;
  }

  /**
   * Latent and noise as a safetensors file for `applyWeightDelta`: the noise as a change of the model's maps, the
   * latent as the pivot at which the changed model draws the picture.
   * @throws InputError before there is a latent
   */
  async delta(): Promise<Uint8Array<ArrayBuffer>> {
    const { ws: pivot, noise } = this.#best;
    const { config, store } = this.#generator;
    const fingerprint = await modelFingerprint(await store.read(fingerprintedTensor));
    const changes = await noiseChanges(this.#generator, noise);
    return writeWeightDelta(changes, fingerprint, { config, pivot });
  }

  /** The picture of the best latent so far. @throws InputError before there is one */
  image(): PixelImage {
    return this.#best.image;
  }

  /**
   * Searches from the beginning until all steps are made or `stop`.
   * @throws InputError where it runs already; DeviceLimitError, ShaderError
   */
  async run(): Promise<InversionResult> {
    if (this.#running) throw new InputError('the inversion runs already');
    this.#running = true;
    this.#stopping = false;
    this.#found = undefined;
    try {
      const inW = Math.round(this.options.steps * this.options.shareOfW);
      const average = await this.#average();
      const noise = this.options.noise ? await noiseMaps(this.#generator) : new Map();
      const first = await this.#stage('w', 0, inW, average, { ws: average, noise });
      const rest = this.options.steps - inW;
      const second =
        first.ended || rest === 0 ? first : await this.#stage('w+', inW, rest, average, this.#best);
      return {
        stopped: second.ended ?? 'steps',
        iterations: second.iterations,
        loss: this.#best.loss,
        psnr: this.#psnr(this.#best),
      };
    } finally {
      this.#running = false;
    }
  }

  async #stage(
    space: 'w' | 'w+',
    before: number,
    steps: number,
    average: Float32Array,
    start: Pick<Found, 'ws' | 'noise'>,
  ): Promise<{ ended: 'stopped' | 'diverged' | undefined; iterations: number }> {
    const { interval, learningRate } = this.options;
    const stage = await SearchStage.create(
      this.#generator,
      space,
      this.#values,
      average,
      this.options,
    );
    try {
      stage.place(start.ws, start.noise);
      if (space === 'w') stage.place(await this.#bestSample(stage));
      for (let made = 0; made < steps; ) {
        if (this.#stopping) return { ended: 'stopped', iterations: before + made };
        const until = Math.min(steps, made + interval);
        for (; made < until; made++) stage.step(rateAt((made + 0.5) / steps, learningRate));
        const found = await stage.judge();
        const sound = Number.isFinite(found.loss) && found.ws.every(Number.isFinite);
        if (!sound) return { ended: 'diverged', iterations: before + made };
        if (found.loss < this.#best.loss) this.#found = found;
        this.#tell(space, before + made, this.options.steps);
      }
      return { ended: undefined, iterations: before + steps };
    } finally {
      stage.destroy();
    }
  }

  /** The average w, or the random sample whose picture is nearer. */
  async #bestSample(stage: SearchStage): Promise<Float32Array> {
    const { samples, seed } = this.options;
    this.#found = await stage.judge();
    for (let sample = 0; sample < samples && !this.#stopping; sample++) {
      stage.place(await this.#sample(seed + sample));
      const found = await stage.judge();
      if (found.loss < this.#best.loss) this.#found = found;
      if ((sample + 1) % samplesBetween === 0) this.#tell('samples', sample + 1, samples);
    }
    return this.#best.ws;
  }

  /** Every row of ws is the average w. */
  #average(): Promise<Float32Array<ArrayBuffer>> {
    return this.#sample(this.options.seed, 0);
  }

  /** The latent of a sample; a conditional network takes its classes in turn, unless some are given. */
  #sample(number: number, psi = 1): Promise<Float32Array<ArrayBuffer>> {
    const { cDim } = this.#generator.config;
    const seed = number % 2 ** 32;
    const { classes } = this.options;
    const chosen = classes ? { classes } : { classIndex: number % cDim };
    return this.#generator.latent({ seed }, { psi, ...(cDim > 0 && chosen) });
  }

  get #best(): Found {
    if (!this.#found) throw new InputError('the inversion has found nothing yet; run it first');
    return this.#found;
  }

  #psnr({ image }: Found): number {
    return peakSignalToNoise(image, this.#target);
  }

  #tell(stage: InversionProgress['stage'], iteration: number, steps: number): void {
    const { loss } = this.#best;
    this.#events.emit('iteration', {
      stage,
      iteration,
      steps,
      loss,
      psnr: this.#psnr(this.#best),
    });
  }
}

import {
  defaultFineTuning,
  type Inversion,
  type Model,
  type NoiseMaps,
  type PivotalTuning,
  type PixelImage,
  peakSignalToNoise,
} from '../../library/api.ts';

/** Between two pictures that are drawn to be looked at, in milliseconds. */
const interval = 250;

/** A look at the tuning. */
export interface FineTuningLook {
  /** Of those over which the rate rises and falls, counted from 1. */
  readonly step: number;
  readonly steps: number;
  readonly image: PixelImage;
  /** Of the picture in bytes against the photograph, in decibels. */
  readonly psnr: number;
}

/** A model being tuned to a photograph: stopped at any time, and run again from there. */
export class PhotographFineTuning {
  readonly #target: PixelImage;
  readonly #pivot: Float32Array;
  readonly #noise: NoiseMaps;
  #tuning: PivotalTuning | undefined;
  #step = 0;
  #delta: Uint8Array<ArrayBuffer> | undefined;

  /** @param inversion what was found for the photograph until now */
  constructor(target: PixelImage, inversion: Inversion) {
    this.#target = target;
    this.#pivot = inversion.latent();
    this.#noise = inversion.noise();
  }

  /**
   * To the end of the planned steps; after them, as many again. Where it fails, what was tuned is lost.
   * @throws InputError where the weights diverge; DeviceLimitError, ShaderError
   */
  async run(
    model: Model,
    signal: AbortSignal,
    look: (look: FineTuningLook) => void,
  ): Promise<void> {
    this.#delta = undefined;
    try {
      const { steps } = defaultFineTuning;
      const options = { steps, noise: this.#noise };
      this.#tuning ??= await model.fineTune(this.#target, this.#pivot, options);
      this.#step %= steps;
      let looked = 0;
      while (this.#step < steps && !signal.aborted) {
        await this.#tuning.run({ steps: 1 });
        const step = ++this.#step;
        const last = step === steps || signal.aborted;
        if (!last && performance.now() - looked < interval) continue;
        const image = await this.#tuning.generate();
        look({ step, steps, image, psnr: peakSignalToNoise(image, this.#target) });
        looked = performance.now();
      }
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  /**
   * Frees what the tuning takes on the device.
   * @returns what was tuned, as a file; undefined where nothing was
   */
  async finish(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#delta ??= await this.#tuning?.delta();
    this.destroy();
    return this.#delta;
  }

  destroy(): void {
    this.#tuning?.destroy();
    this.#tuning = undefined;
    this.#step = 0;
  }
}

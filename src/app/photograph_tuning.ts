import { type Model, type PivotalTuning, type PixelImage, peakSignalToNoise } from '../index.ts';

/** Between two pictures that are drawn to be looked at, in milliseconds. */
const interval = 250;

/** A look at the tuning. */
export interface TuningLook {
  /** Of this run, counted from 1. */
  readonly step: number;
  readonly image: PixelImage;
  /** Of the picture in bytes against the photograph, in decibels. */
  readonly psnr: number;
}

/** A model being tuned to a photograph: stopped at any time, and run again from there. */
export class PhotographTuning {
  readonly #target: PixelImage;
  readonly #pivot: Float32Array;
  #tuning: PivotalTuning | undefined;
  #delta: Uint8Array<ArrayBuffer> | undefined;

  /** @param pivot ws (num_ws · w_dim) that was found for the photograph */
  constructor(target: PixelImage, pivot: Float32Array) {
    this.#target = target;
    this.#pivot = pivot;
  }

  /** @throws DeviceLimitError, ShaderError; what was tuned is lost then, as most likely its device is */
  async run(
    model: Model,
    steps: number,
    signal: AbortSignal,
    look: (look: TuningLook) => void,
  ): Promise<void> {
    this.#delta = undefined;
    try {
      this.#tuning ??= await model.tunePicture(this.#target, this.#pivot);
      let looked = 0;
      for (let step = 1; step <= steps && !signal.aborted; step++) {
        await this.#tuning.run({ steps: 1, signal });
        const last = step === steps || signal.aborted;
        if (!last && performance.now() - looked < interval) continue;
        const image = await this.#tuning.generate();
        look({ step, image, psnr: peakSignalToNoise(image, this.#target) });
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
  }
}

import { InputError } from '../../formats/errors.ts';
import type { NoiseMaps } from '../../inversion/noise_maps.ts';
import { defaultFineTuning, type FineTuningOptions } from '../../inversion/options.ts';
import { peakSignalToNoise } from '../../inversion/pixels.ts';
import type { Model, PixelImage } from '../../library/api.ts';
import type { CommandLine, Option } from '../options/arguments.ts';
import type { Progress } from '../progress.ts';

const { steps, learningRate, locality } = defaultFineTuning;
const mostSteps = 1_000_000;
/** Steps between two looks at the picture. */
const interval = 10;

/** How a command is told to tune the model's weights to a picture. */
export const fineTuningOptions = {
  delta: { value: 'FILE', help: 'tunes the weights to the picture; what changed of them' },
  'fine-tuning-steps': { value: 'N', help: `in so many steps (${steps})` },
  'fine-tuning-lr': { value: 'X', help: `at this learning rate (${learningRate})` },
  locality: { value: 'X', help: `how strongly other pictures are kept as they are (${locality})` },
} satisfies Record<string, Option>;

export interface FineTuningRequest {
  readonly steps: number;
  readonly options: FineTuningOptions;
}

/**
 * @returns undefined where nothing is to be tuned
 * @throws InputError; where the tuned weights would have no file, too
 */
export function parseChoices(line: CommandLine): FineTuningRequest | undefined {
  if (line.text('delta') === undefined) {
    for (const option of ['fine-tuning-steps', 'fine-tuning-lr', 'locality'])
      if (line.text(option) !== undefined)
        throw new InputError('has no meaning without --delta, the file of the tuned weights', {
          option,
        });
    return undefined;
  }
  return {
    steps: line.number('fine-tuning-steps', { least: 1, most: mostSteps, whole: true }) ?? steps,
    options: {
      learningRate: line.number('fine-tuning-lr', { least: 1e-9 }) ?? learningRate,
      locality: line.number('locality', { least: 0 }) ?? locality,
    },
  };
}

/** A picture of tuned weights. */
export interface FineTunedPicture {
  readonly image: PixelImage;
  /** Against the target, in decibels. */
  readonly psnr: number;
  readonly steps: number;
  /** What `--delta` takes. */
  readonly delta: Uint8Array;
}

/**
 * Tunes to a picture around its latent and the noise that was found with it. A signal ends it early, with what was tuned
 * until then.
 * @throws InputError where the weights diverge; DeviceLimitError
 */
export async function fineTuneToPicture(
  model: Model,
  target: PixelImage,
  { ws, noise }: { readonly ws: Float32Array; readonly noise: NoiseMaps },
  { steps, options }: FineTuningRequest,
  { progress, signal }: { progress: Progress; signal: AbortSignal },
): Promise<FineTunedPicture> {
  progress.update('tuning');
  const tuning = await model.fineTune(target, ws, { steps, ...options, noise });
  let made = 0;
  let image = await tuning.generate();
  let psnr = peakSignalToNoise(image, target);
  tuning.on('iteration', ({ iteration }) => {
    made = iteration;
    progress.update(`tuning: ${iteration} of ${steps}, ${psnr.toFixed(2)} dB`);
  });
  while (made < steps && !signal.aborted) {
    await tuning.run({ steps: Math.min(interval, steps - made), signal });
    image = await tuning.generate();
    psnr = peakSignalToNoise(image, target);
  }
  const delta = await tuning.delta();
  tuning.destroy();
  return { image, psnr, steps: made, delta };
}

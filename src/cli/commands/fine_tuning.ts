import { InputError } from '../../formats/errors.ts';
import type { NoiseMaps } from '../../inversion/noise_maps.ts';
import { defaultTuning, type TuningOptions } from '../../inversion/options.ts';
import { peakSignalToNoise } from '../../inversion/pixels.ts';
import type { Model, PixelImage } from '../../library/api.ts';
import type { CommandLine, Option } from '../options/arguments.ts';
import type { Progress } from '../progress.ts';

const { steps, learningRate, locality } = defaultTuning;
const mostSteps = 1_000_000;
/** Steps between two looks at the picture. */
const interval = 10;

/** How a command is told to tune the model's weights to a picture. */
export const pivotalTuningOptions = {
  delta: { value: 'FILE', help: 'tunes the weights to the picture; what changed of them' },
  'tuning-steps': { value: 'N', help: `in so many steps (${steps})` },
  'tuning-lr': { value: 'X', help: `at this learning rate (${learningRate})` },
  locality: { value: 'X', help: `how strongly other pictures are kept as they are (${locality})` },
} satisfies Record<string, Option>;

export interface TuningRequest {
  readonly steps: number;
  readonly options: TuningOptions;
}

/**
 * @returns undefined where nothing is to be tuned
 * @throws InputError; where the tuned weights would have no file, too
 */
export function parseTuning(line: CommandLine): TuningRequest | undefined {
  if (line.text('delta') === undefined) {
    for (const option of ['tuning-steps', 'tuning-lr', 'locality'])
      if (line.text(option) !== undefined)
        throw new InputError('has no meaning without --delta, the file of the tuned weights', {
          option,
        });
    return undefined;
  }
  return {
    steps: line.number('tuning-steps', { least: 1, most: mostSteps, whole: true }) ?? steps,
    options: {
      learningRate: line.number('tuning-lr', { least: 1e-9 }) ?? learningRate,
      locality: line.number('locality', { least: 0 }) ?? locality,
    },
  };
}

/** A picture of tuned weights. */
export interface TunedPicture {
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
export async function tuneToPicture(
  model: Model,
  target: PixelImage,
  { ws, noise }: { readonly ws: Float32Array; readonly noise: NoiseMaps },
  { steps, options }: TuningRequest,
  { progress, signal }: { progress: Progress; signal: AbortSignal },
): Promise<TunedPicture> {
  progress.update('tuning');
  const tuning = await model.tunePicture(target, ws, { steps, ...options, noise });
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

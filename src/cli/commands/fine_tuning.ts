import { InputError } from '../../formats/errors.ts';
import type { NoiseMaps } from '../../inversion/noise_maps.ts';
import type { FineTuningOptions } from '../../inversion/options.ts';
import { peakSignalToNoise } from '../../inversion/pixels.ts';
import type { Model, PixelImage } from '../../library/api.ts';
import { fineTuningOptionTable } from '../../options/inversion_options.ts';
import type { CommandLine, Option } from '../options/arguments.ts';
import { declareOptions, parseDeclared } from '../options/declared_options.ts';
import type { Progress } from '../progress.ts';

/** Steps between two looks at the picture. */
const interval = 10;

/** The flags that tell a command to tune the model's weights to a picture. */
export const fineTuningFlags = {
  delta: {
    value: 'FILE',
    file: 'output',
    help: 'tunes the weights to the picture; what changed of them',
  },
  ...declareOptions(fineTuningOptionTable),
} satisfies Record<string, Option>;

export interface FineTuningRequest {
  readonly steps: number;
  readonly options: FineTuningOptions;
}

/**
 * @returns undefined where nothing is to be fine-tuned
 * @throws InputError for a value that cannot be used, and for a flag of fine-tuning without `--delta`
 */
export function parseFineTuning(line: CommandLine): FineTuningRequest | undefined {
  if (line.text('delta') === undefined) {
    for (const option of Object.keys(fineTuningFlags))
      if (line.text(option) !== undefined)
        throw new InputError('has no meaning without --delta, the file of the fine-tuned weights', {
          option,
        });
    return undefined;
  }
  const options = parseDeclared(line, fineTuningOptionTable);
  return { steps: options.steps ?? fineTuningOptionTable.steps.usual, options };
}

/** A picture of fine-tuned weights. */
export interface FineTunedPicture {
  readonly image: PixelImage;
  /** Peak signal-to-noise ratio against the target, in decibels. */
  readonly psnr: number;
  readonly steps: number;
  /** The weight delta, as the bytes of a file that `--delta` reads. */
  readonly delta: Uint8Array;
}

/**
 * Tunes to a picture around its latent and the noise that was found with it. A signal ends it early and keeps what was
 * fine-tuned until then.
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
  const tuning = await model.fineTune(target, ws, { ...options, steps, noise });
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

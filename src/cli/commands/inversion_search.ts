import type { InversionResult } from '../../inversion/inversion.ts';
import type { NoiseMaps } from '../../inversion/noise_maps.ts';
import type { InversionOptions } from '../../inversion/options.ts';
import { peakSignalToNoise } from '../../inversion/pixels.ts';
import type { Model, PixelImage } from '../../library/api.ts';
import type { Progress } from '../progress.ts';
import type { FineTunedPicture } from './fine_tuning.ts';

/** The latent that the search found, or that was given. */
export interface Found {
  readonly ws: Float32Array;
  readonly noise: NoiseMaps;
  readonly image: PixelImage;
  readonly result: { readonly psnr: number } & Partial<InversionResult>;
}

/** What a search tells, and who ends it. */
interface SearchSurroundings {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Called with the best latent where the search fails. */
  readonly keep: (ws: Float32Array) => Promise<void>;
}

/** Looks for the latent whose picture is nearest to a photograph. */
export async function search(
  model: Model,
  target: PixelImage,
  options: Partial<InversionOptions>,
  { progress, signal, keep }: SearchSurroundings,
): Promise<Found> {
  const inversion = model.invert(target, options);
  inversion.on('iteration', ({ stage, iteration, steps: all, psnr }) =>
    progress.update(`${stage}: ${iteration} of ${all}, ${psnr.toFixed(2)} dB`),
  );
  signal.addEventListener('abort', () => inversion.stop());
  let begun = false;
  inversion.on('iteration', () => {
    begun = true;
  });
  const result = await inversion.run().catch(async (fault) => {
    // Also after a lost device, since the best latent lies in memory.
    if (begun) await keep(inversion.latent());
    throw fault;
  });
  return {
    ws: inversion.latent(),
    noise: inversion.noise(),
    image: inversion.image(),
    result,
  };
}

/** What a latent that is known already looks like. */
export async function draw(model: Model, target: PixelImage, ws: Float32Array): Promise<Found> {
  const image = await model.generate(ws);
  return { ws, noise: new Map(), image, result: { psnr: peakSignalToNoise(image, target) } };
}

/** What came of it, in words. */
export function describe(
  { result: { psnr, iterations, stopped } }: Found,
  tuned: FineTunedPicture | undefined,
  wanted: boolean,
  adapter: string,
): string {
  const searched =
    iterations === undefined
      ? 'at the latent'
      : `after ${iterations} iterations (${stopped}${wanted && !tuned ? ', before the fine-tuning' : ''})`;
  const after = tuned
    ? `, ${tuned.psnr.toFixed(2)} dB after ${tuned.steps} steps of fine-tuning`
    : '';
  return `${psnr.toFixed(2)} dB ${searched}${after}, on ${adapter}`;
}

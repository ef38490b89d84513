import { InputError } from '../../formats/errors.ts';
import type { InversionResult } from '../../inversion/inversion.ts';
import type { NoiseMaps } from '../../inversion/noise_maps.ts';
import type { InversionOptions } from '../../inversion/options.ts';
import { peakSignalToNoise } from '../../inversion/pixels.ts';
import type { Model, PixelImage } from '../../library/api.ts';
import { classWeights } from '../../models/stylegan2/network/class_weights.ts';
import { readPicture } from '../../node/files/picture_file.ts';
import { encodePng } from '../../node/files/png_writing.ts';
import { inversionOptionTable } from '../../options/inversion_options.ts';
import { optionalOutput, writeEach } from '../files/atomic_file.ts';
import { optionalLatentOutput, readLatentFile } from '../files/latent_file.ts';
import { readModelFile } from '../files/model_file.ts';
import { openModel } from '../files/open_model.ts';
import { onInterruption } from '../interruption.ts';
import type { CommandLine } from '../options/arguments.ts';
import { classOptions, parseClasses } from '../options/class_options.ts';
import type { Command } from '../options/command.ts';
import { declareOptions, parseDeclared } from '../options/declared_options.ts';
import type { Progress } from '../progress.ts';
import {
  type FineTunedPicture,
  fineTuneToPicture,
  fineTuningFlags,
  parseFineTuning,
} from './fine_tuning.ts';

const searchOptions = declareOptions(inversionOptionTable);

export const invert: Command = {
  summary: 'finds the latent whose image is nearest to a picture, and fine-tunes the model to it',
  usage: 'MODEL --image FILE (--out LATENT | --latent FILE) [--delta FILE.safetensors]',
  options: {
    image: {
      value: 'FILE',
      file: 'input',
      help: 'a PNG, JPEG, WebP or TIFF; of another size, its middle, scaled',
    },
    ...searchOptions,
    ...classOptions,
    latent: {
      value: 'FILE',
      file: 'input',
      help: 'one that was found before, instead of the search',
    },
    out: { value: 'FILE', file: 'output', help: 'the latent, as .npy, .npz or .safetensors' },
    ...fineTuningFlags,
    picture: { value: 'FILE.png', file: 'output', help: 'the image that comes out' },
    'frame-out': { value: 'FILE.png', file: 'output', help: 'the photograph as the model gets it' },
    json: { help: 'prints the result as a JSON object' },
  },
  async run(line, progress) {
    const outputs = await prepareOutputs(line);
    const options = parseOptions(line);
    const fineTuning = parseFineTuning(line);
    const image = line.required('image');
    const file = await readModelFile(line.model);
    const { config } = file;
    const chosen = await parseClasses(line, config, (text) => progress.note(text));
    const classes =
      chosen.classIndex === undefined && !chosen.classes
        ? undefined
        : classWeights(config.cDim, chosen);
    const latent = line.text('latent');
    const known =
      latent === undefined
        ? undefined
        : await readLatentFile(latent, config, (text) => progress.note(text));
    const target = await readPicture(
      image,
      { width: config.width, height: config.height },
      'image',
    );
    await outputs.frame?.write(encodePng(target));

    const { model, adapter, close } = await openModel(file, progress, {
      precision: undefined,
      autotuned: false,
    });
    const stopping = new AbortController();
    const { signal } = stopping;
    const forget = onInterruption(() => stopping.abort());
    const keep = async (ws: Float32Array) => {
      await outputs.latent?.write(ws, config);
      progress.note(`${line.text('out')}: the best latent that was found`);
    };
    const found = known
      ? await draw(model, target, known)
      : await search(model, target, { ...options, classes }, { progress, signal, keep });
    // Written before the fine-tuning, so that the search is not lost if that fails.
    const unwritten: unknown = await outputs.latent
      ?.write(found.ws, config)
      .catch((fault: unknown) => fault);
    // Only a delta can keep the noise that was found, so after an abort one is made that changes nothing else.
    const tuned =
      fineTuning && (!signal.aborted || found.noise.size > 0)
        ? await fineTuneToPicture(
            model,
            target,
            found,
            { ...fineTuning, options: { ...fineTuning.options, classes } },
            { progress, signal },
          )
        : undefined;
    const { delta, picture } = outputs;
    await writeEach(
      unwritten === undefined ? undefined : () => Promise.reject(unwritten),
      delta && tuned && (() => delta.write(tuned.delta)),
      picture && (() => picture.write(encodePng((tuned ?? found).image))),
    );
    forget();
    close();
    progress.finish(describe(found, tuned, fineTuning !== undefined, adapter));
    const summary = {
      ...found.result,
      ...(tuned && { tuned_psnr: tuned.psnr, fine_tuning_steps: tuned.steps }),
      adapter,
    };
    return line.flag('json') ? JSON.stringify(summary) : '';
  },
};

/** The latent that the search found, or that was given. */
interface Found {
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

async function search(
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

async function draw(model: Model, target: PixelImage, ws: Float32Array): Promise<Found> {
  const image = await model.generate(ws);
  return { ws, noise: new Map(), image, result: { psnr: peakSignalToNoise(image, target) } };
}

/** Checks the files that will be written, and refuses them where they make no sense. */
async function prepareOutputs(line: CommandLine) {
  if (line.text('latent') === undefined) line.required('out');
  else {
    for (const option of ['out', ...Object.keys(searchOptions)])
      if (line.text(option) !== undefined || line.flag(option))
        throw new InputError('has no meaning beside --latent', { option });
    line.required('delta');
  }
  return {
    latent: await optionalLatentOutput(line, 'out'),
    delta: await optionalOutput(line, 'delta'),
    picture: await optionalOutput(line, 'picture'),
    frame: await optionalOutput(line, 'frame-out'),
  };
}

function parseOptions(line: CommandLine): Partial<InversionOptions> {
  const noise = line.flag('noise');
  if (noise && line.text('delta') === undefined)
    throw new InputError('is kept by a weight delta alone: give --delta too', { option: 'noise' });
  return parseDeclared(line, inversionOptionTable);
}

function describe(
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

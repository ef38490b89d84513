import { InputError } from '../../formats/errors.ts';
import type { PixelImage } from '../../library/api.ts';
import { classWeights } from '../../models/stylegan2/network/class_weights.ts';
import type { GeneratorConfig } from '../../models/stylegan2/network/config.ts';
import { framedPicture, openPictureFile, wholePicture } from '../../node/files/picture_file.ts';
import { type PicturePart, partOfPicture } from '../../node/files/picture_part.ts';
import { writeEach } from '../files/atomic_file.ts';
import { readLatentFile } from '../files/latent_file.ts';
import { readModelFile } from '../files/model_file.ts';
import { openModel } from '../files/open_model.ts';
import { onInterruption } from '../interruption.ts';
import type { CommandLine } from '../options/arguments.ts';
import { classOptions, parseClasses } from '../options/class_options.ts';
import type { Command } from '../options/command.ts';
import { cropOption, parseCrop } from '../options/crop_option.ts';
import { fineTuneToPicture, fineTuningFlags, parseFineTuning } from './fine_tuning.ts';
import { parseSearch, prepareOutputs, searchOptions } from './inversion_request.ts';
import { describe, draw, search } from './inversion_search.ts';

export const invert: Command = {
  summary: 'finds the latent whose image is nearest to a picture, and fine-tunes the model to it',
  usage:
    'MODEL --image FILE (--out LATENT | --latent FILE | --edited FILE) [--crop R,C,SIDE] [--delta FILE.safetensors] [--paste FILE.png]',
  options: {
    image: {
      value: 'FILE',
      file: 'input',
      help: 'a PNG, JPEG, WebP or TIFF; of another size, a part of it, scaled',
    },
    crop: cropOption,
    ...searchOptions,
    ...classOptions,
    latent: {
      value: 'FILE',
      file: 'input',
      help: 'one that was found before, or dragged from there, instead of the search',
    },
    edited: {
      value: 'FILE',
      file: 'input',
      help: 'a picture to --paste, such as drag --out wrote, instead of the model’s',
    },
    out: { value: 'FILE', file: 'output', help: 'the latent, as .npy, .npz or .safetensors' },
    ...fineTuningFlags,
    picture: { value: 'FILE.png', file: 'output', help: 'the image that comes out, or .jpg' },
    'frame-out': {
      value: 'FILE.png',
      file: 'output',
      help: 'the photograph as the model gets it, or .jpg',
    },
    paste: {
      value: 'FILE.png',
      file: 'output',
      help: 'the photograph at its size with that image put back into its part, or .jpg',
    },
    json: { help: 'prints the result as a JSON object' },
  },
  async run(line, progress) {
    const outputs = await prepareOutputs(line);
    const options = parseSearch(line);
    const fineTuning = parseFineTuning(line);
    const crop = parseCrop(line);
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
    const photograph = await openPictureFile(image, 'image');
    const part = partOfPicture(photograph, config, crop, image);
    const edited = await readEdited(line, config);
    const frame = { width: config.width, height: config.height };
    const target = await framedPicture(photograph, part, frame);
    await outputs.frame?.write(target);
    if (edited) {
      await outputs.paste?.write(photograph, part, edited);
      progress.finish(
        `${line.text('paste')}: ${photograph.width} × ${photograph.height} pixels, of which ${part.width} × ${part.height} are the picture's`,
      );
      return line.flag('json') ? JSON.stringify({ crop: cropOf(part) }) : '';
    }

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
    const { delta, picture, paste } = outputs;
    const made = (tuned ?? found).image;
    await writeEach(
      unwritten === undefined ? undefined : () => Promise.reject(unwritten),
      delta && tuned && (() => delta.write(tuned.delta)),
      picture && (() => picture.write(made)),
      paste && (() => paste.write(photograph, part, made)),
    );
    forget();
    close();
    progress.finish(describe(found, tuned, fineTuning !== undefined, adapter));
    const summary = {
      ...found.result,
      ...(tuned && { tuned_psnr: tuned.psnr, fine_tuning_steps: tuned.steps }),
      crop: cropOf(part),
      adapter,
    };
    return line.flag('json') ? JSON.stringify(summary) : '';
  },
};

/** As `--crop` takes it: the upper left corner, and the width. */
const cropOf = ({ top, left, width }: PicturePart) => [top, left, width];

/**
 * The picture that is to be put back, at its own size.
 * @throws InputError for other proportions than the model's
 */
async function readEdited(
  line: CommandLine,
  { width, height }: Pick<GeneratorConfig, 'width' | 'height'>,
): Promise<PixelImage | undefined> {
  const path = line.text('edited');
  if (path === undefined) return undefined;
  const picture = await openPictureFile(path, 'edited');
  if (picture.width * height === picture.height * width) return wholePicture(picture);
  throw new InputError(
    `${path} is ${picture.width} × ${picture.height} pixels; wanted are ${width} × ${height}, or as many times as wide as high`,
    { option: 'edited' },
  );
}

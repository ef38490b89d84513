import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../formats/errors.ts';
import type { PixelImage } from '../../library/api.ts';
import { encodePng } from '../../node/files/png_writing.ts';
import { loadSharp } from '../../node/files/sharp_decoder.ts';
import { type OutputFile, prepareOutput, replaceFile } from './atomic_file.ts';

/** The most bytes of pixels that an animation is made of at once; of more frames some are left out. */
const mostPixels = 2 ** 29;
/** How long a frame of an animation is seen, and the last one. */
const milliseconds = 40;
const lastMilliseconds = 1500;

/** Draws a frame, from 0. */
export type DrawFrame = (index: number) => Promise<PixelImage>;

/** Frames of a drag that will be written at the end. */
export interface FramesOutput {
  /** @param count of frames */
  write(count: number, draw: DrawFrame): Promise<void>;
}

/**
 * A folder for a PNG file of each frame: 000000.png, 000001.png, …
 * @throws InputError for a folder that holds something already, or cannot be made there
 */
export async function prepareFrameFolder(path: string, option: string): Promise<FramesOutput> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new InputError(`${path}: is no folder`, { option });
  });
  if (names === undefined) await prepareOutput(path, option);
  else if (names.length > 0) throw new InputError(`${path}: is not empty`, { option });
  return {
    async write(count, draw) {
      await mkdir(path, { recursive: true });
      for (let frame = 0; frame < count; frame++) {
        const name = `${String(frame).padStart(6, '0')}.png`;
        await replaceFile(join(path, name), encodePng(await draw(frame)));
      }
    },
  };
}

/**
 * An animated GIF of the frames. Other videos take an encoder that is not here: a program makes them of a folder of
 * frames.
 * @throws InputError for another ending, or a file that cannot be written
 */
export async function prepareVideo(path: string, option: string): Promise<FramesOutput> {
  if (!/\.gif$/i.test(path))
    throw new InputError(
      `${path}: only .gif is written; --frames writes what ffmpeg makes other videos of`,
      { option },
    );
  const out = await prepareOutput(path, option);
  return { write: (count, draw) => writeAnimation(out, count, draw) };
}

async function writeAnimation(out: OutputFile, count: number, draw: DrawFrame): Promise<void> {
  const first = await draw(0);
  const { width, height } = first;
  const stride = Math.ceil((count * first.rgba.length) / mostPixels);
  // Backwards from the last, which is what the drag came to.
  const taken = Array.from({ length: Math.ceil(count / stride) }, (_, i) => count - 1 - i * stride);
  const pixels = new Uint8Array(taken.length * first.rgba.length);
  for (const [place, frame] of taken.reverse().entries())
    pixels.set((await draw(frame)).rgba, place * first.rgba.length);
  const sharp = await loadSharp();
  const whole = { width, height: height * taken.length, channels: 4 as const, pageHeight: height };
  const delay = taken.map((_, i) => (i === taken.length - 1 ? lastMilliseconds : milliseconds));
  await out.write(await sharp(pixels, { raw: whole }).gif({ delay, loop: 0 }).toBuffer());
}

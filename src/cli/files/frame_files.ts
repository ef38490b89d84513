import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../../formats/errors.ts';
import type { PixelImage } from '../../library/api.ts';
import { encodeVideo, requireFfmpeg } from '../../node/files/ffmpeg.ts';
import { encodePng } from '../../node/files/png_writing.ts';
import { loadSharp } from '../../node/files/sharp_decoder.ts';
import { type OutputFile, prepareOutput, replaceFile } from './atomic_file.ts';
import { makeFolder } from './folder.ts';

/** The most bytes of pixels that an animation is made of at once; of more frames some are left out. */
const mostPixels = 2 ** 29;
/** How long a frame of an animation is seen, and the last one. */
const milliseconds = 40;
const lastMilliseconds = 1500;
const framesPerSecond = 1000 / milliseconds;

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
      await makeFolder(path);
      for (let frame = 0; frame < count; frame++) {
        const name = `${String(frame).padStart(6, '0')}.png`;
        await replaceFile(join(path, name), encodePng(await draw(frame)));
      }
    },
  };
}

/**
 * The frames as an animated GIF, or as a video that the program ffmpeg encodes. No encoder of H.264 comes with this
 * package: what there is for Node is built for each system, or is WebAssembly that hardly anybody looks after.
 * @throws InputError for another ending, or a file that cannot be written
 * @throws MissingPackageError where what encodes it is not installed
 */
export async function prepareVideo(path: string, option: string): Promise<FramesOutput> {
  const [, ending] = /\.(gif|mp4|mov|webm|mkv)$/i.exec(path) ?? [];
  if (ending === undefined)
    throw new InputError(`${path}: a video's name ends in .gif, .mp4, .mov, .webm or .mkv`, {
      option,
    });
  const out = await prepareOutput(path, option);
  if (ending.toLowerCase() === 'gif') {
    await loadSharp();
    return { write: (count, draw) => writeAnimation(out, count, draw) };
  }
  await requireFfmpeg();
  return { write: (count, draw) => writeVideo(out, ending, count, draw) };
}

async function writeVideo(
  out: OutputFile,
  ending: string,
  count: number,
  draw: DrawFrame,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'draggan-video-'));
  const path = join(folder, `video.${ending.toLowerCase()}`);
  try {
    const first = await draw(0);
    const format = { width: first.width, height: first.height, framesPerSecond };
    await encodeVideo(path, format, framesOf(first, count, draw));
    await out.write(await readFile(path));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The pixels of one frame after the other, the last as often as it is to be seen. */
async function* framesOf(
  first: PixelImage,
  count: number,
  draw: DrawFrame,
): AsyncIterable<Uint8Array> {
  const bytes = ({ rgba }: PixelImage) => new Uint8Array(rgba.buffer, rgba.byteOffset, rgba.length);
  let frame = bytes(first);
  yield frame;
  for (let at = 1; at < count; at++) {
    frame = bytes(await draw(at));
    yield frame;
  }
  for (let more = milliseconds; more < lastMilliseconds; more += milliseconds) yield frame;
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

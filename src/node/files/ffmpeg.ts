import { spawn } from 'node:child_process';
import { MissingPackageError, OutputError } from '../../formats/errors.ts';
import { causeOf } from './input_file.ts';

/** A video of frames that have one size. */
export interface VideoFormat {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
}

/** @throws MissingPackageError where the program is not installed */
export async function requireFfmpeg(): Promise<void> {
  const child = spawn('ffmpeg', ['-version'], { stdio: 'ignore' });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', (cause) =>
      reject(
        new MissingPackageError(
          'videos other than .gif are written by the program ffmpeg, which is not installed; --frames writes pictures',
          { cause },
        ),
      ),
    );
  });
}

/**
 * Encodes frames by the program ffmpeg, as its own choice for the file's ending has it.
 * @param frames of height · width · 4 bytes: red, green, blue, alpha (which a video has not)
 * @param path is overwritten
 * @throws OutputError with what ffmpeg says; what `frames` throws
 */
export async function encodeVideo(
  path: string,
  { width, height, framesPerSecond }: VideoFormat,
  frames: AsyncIterable<Uint8Array>,
): Promise<void> {
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgba', '-s', `${width}x${height}`];
  const rate = ['-r', String(framesPerSecond), '-i', '-'];
  // Players take no odd sizes, and no colours at full resolution.
  const common = ['-vf', 'pad=ceil(iw/2)*2:ceil(ih/2)*2', '-pix_fmt', 'yuv420p'];
  const begins = /\.(mp4|mov)$/i.test(path) ? ['-movflags', '+faststart'] : [];
  const args = ['-v', 'error', '-y', ...input, ...rate, ...common, ...begins, path];
  const child = spawn('ffmpeg', args, { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  // Where it ends early, what it said is the reason, not the pipe that broke.
  child.stdin.on('error', () => {});
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(causeOf(error)));
    child.once('close', (code) =>
      resolve(code === 0 ? '' : lastLine(said) || `it ended with ${code}`),
    );
  });
  try {
    for await (const frame of frames) {
      if (child.exitCode !== null || child.stdin.destroyed) break;
      if (child.stdin.write(frame)) continue;
      // It comes later than the write, so that nothing is missed.
      const drained = new Promise<void>((resolve) => child.stdin.once('drain', resolve));
      await Promise.race([drained, ended]);
    }
  } catch (error) {
    child.kill();
    throw error;
  }
  child.stdin.end();
  const fault = await ended;
  if (fault !== '') throw new OutputError(`ffmpeg: ${fault}`);
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

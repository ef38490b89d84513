import { InputError } from '../../formats/errors.ts';

/** Endings that say what a file holds. Others, and none, say nothing. */
const meaningful = new Set(
  (
    'png jpg jpeg webp gif bmp tif tiff avif heic heif svg pdf ' +
    'npy npz safetensors pt pth ckpt pkl pickle bin onnx h5 ' +
    'json csv txt mp4 m4v mov webm mkv avi zip gz'
  ).split(' '),
);

/**
 * Refuses to write a file under the ending of another format, which the next program would take at its word.
 * @param endings without their dot: those of the format
 * @param option the option that named the file; undefined if it is an argument
 * @throws InputError
 */
export function refuseOtherEnding(path: string, endings: readonly string[], option?: string): void {
  const [, ending = ''] = /\.(\w+)$/.exec(path.toLowerCase()) ?? [];
  if (!meaningful.has(ending) || endings.includes(ending)) return;
  const wanted = endings.map((known) => `.${known}`).join(' or ');
  throw new InputError(`${path}: what is written ends in ${wanted}, not in .${ending}`, { option });
}

import type { PixelImage } from '../../library/api.ts';
import type { OpenedPicture } from '../../node/files/picture_decoding.ts';
import type { PicturePart } from '../../node/files/picture_part.ts';
import { pastePicture } from '../../node/files/picture_pasting.ts';
import type { CommandLine } from '../options/arguments.ts';
import { prepareOutput } from './atomic_file.ts';
import { refuseOtherEnding } from './output_ending.ts';
import { isJpegName, jpegQuality } from './picture_output.ts';

/** A photograph that will be written with a picture in the place of a part. */
export interface PasteOutput {
  write(photograph: OpenedPicture, part: PicturePart, picture: PixelImage): Promise<void>;
}

/**
 * The photograph that `--paste` names, if it is given.
 * @throws InputError for the ending of another format than PNG and JPEG, or a file that cannot be written
 */
export async function optionalPaste(line: CommandLine): Promise<PasteOutput | undefined> {
  const path = line.text('paste');
  if (path === undefined) return undefined;
  refuseOtherEnding(path, ['png', 'jpg', 'jpeg'], 'paste');
  const out = await prepareOutput(path, 'paste');
  const encoding = isJpegName(path)
    ? ({ format: 'JPEG', quality: jpegQuality } as const)
    : ({ format: 'PNG' } as const);
  return {
    write: async (photograph, part, picture) =>
      out.write(await pastePicture(photograph, part, picture, encoding)),
  };
}

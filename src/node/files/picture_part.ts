import { InputError } from '../../formats/errors.ts';

/** Pixels of a frame. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** A part of an upright photograph, in its pixels. */
export interface PicturePart extends FrameSize {
  readonly left: number;
  readonly top: number;
}

/** The part that a person names: the upper left corner, and how wide it is. Its height follows from the frame. */
export interface Crop {
  readonly row: number;
  readonly column: number;
  readonly side: number;
}

/**
 * The part of a photograph that goes into a frame: what `crop` names, else the largest one in the middle that has the
 * frame's proportions, to a whole pixel.
 * @param file for messages
 * @throws InputError for a crop that does not lie inside
 */
export function partOfPicture(
  picture: FrameSize,
  frame: FrameSize,
  crop: Crop | undefined,
  file: string,
): PicturePart {
  if (!crop) return middle(picture, frame);
  const { row: top, column: left, side: width } = crop;
  const height = Math.max(1, Math.round((width * frame.height) / frame.width));
  if (left + width <= picture.width && top + height <= picture.height)
    return { left, top, width, height };
  throw new InputError(
    `rows ${top} to ${top + height - 1} and columns ${left} to ${left + width - 1} do not lie in ${file}, which is ${picture.width} × ${picture.height} pixels, upright`,
    { option: 'crop' },
  );
}

function middle(picture: FrameSize, frame: FrameSize): PicturePart {
  const scale = Math.min(picture.width / frame.width, picture.height / frame.height);
  const width = Math.max(1, Math.round(frame.width * scale));
  const height = Math.max(1, Math.round(frame.height * scale));
  return {
    left: Math.floor((picture.width - width) / 2),
    top: Math.floor((picture.height - height) / 2),
    width,
    height,
  };
}

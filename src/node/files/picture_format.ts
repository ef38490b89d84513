import { InputError } from '../../formats/errors.ts';
import { fileKind, withArticle } from '../../formats/file_kind.ts';

/** The formats of pictures that are decoded. */
export type PictureFormat = 'PNG' | 'JPEG' | 'WebP' | 'TIFF';

const decoded = /^(PNG|JPEG|WebP|TIFF)$/;

/** True if a file begins like a picture of a format that can be decoded. */
export const isPicture = (bytes: Uint8Array): boolean => decoded.test(fileKind(bytes) ?? '');

/**
 * Says which decoder a file is for.
 * @throws InputError for one that is none of them, named for what it is where that is known
 */
export function pictureFormat(bytes: Uint8Array, path: string, option: string): PictureFormat {
  const name = fileKind(bytes);
  if (name === 'PNG' || name === 'JPEG' || name === 'WebP' || name === 'TIFF') return name;
  const advice = 'save it as a PNG or JPEG';
  if (bytes.length === 0) throw new InputError(`${path} is empty: it has 0 bytes`, { option });
  throw new InputError(
    name === undefined
      ? `${path} is neither a PNG nor a JPEG, WebP or TIFF; ${advice}`
      : `${path} is ${withArticle(name)}, which is not read; ${advice}`,
    { option },
  );
}

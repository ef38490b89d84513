import { InputError } from '../../formats/errors.ts';

/** The formats of pictures that are decoded. */
export type PictureFormat = 'PNG' | 'JPEG' | 'WebP' | 'TIFF';

const decoded = /^(PNG|JPEG|WebP|TIFF)$/;

/** How files begin, as `beginningOf` shows it; the first that fits says what a file is. */
const beginnings: readonly (readonly [start: RegExp, name: string])[] = [
  [/^\x89PNG·{4}/, 'PNG'],
  [/^\xff\xd8\xff/, 'JPEG'],
  [/^RIFF.{4}WEBP/, 'WebP'],
  [/^(II[*+]·|MM·[*+])/, 'TIFF'],
  [/^.{4}ftypavi[fs]/, 'AVIF picture'],
  // `mif1` and `msf1` say the container alone, which AVIF and HEIC share; the brands after it say the rest.
  [/^.{4}ftypm[is]f1.{4}(.{4}){0,12}avi[fs]/, 'AVIF picture'],
  [/^.{4}ftyp(hei[cxms]|hev[cxms]|m[is]f1)/, 'HEIC picture'],
  [/^GIF8[79]a/, 'GIF'],
  [/^BM.{4}·{4}/, 'BMP'],
  [/^(\xff·|·{4}JXL )/, 'JPEG XL picture'],
  [/^·{4}jP {2}/, 'JPEG 2000 picture'],
  [/^%PDF-/, 'PDF'],
  [/^8BPS/, 'Photoshop file'],
  [/^(\xef\xbb\xbf)?[\s·]*(<\?xml.*)?(<!--.*)?<svg[\s·>]/i, 'SVG'],
  [/^(\xef\xbb\xbf)?[\s·]*<(!doctype\s+html|html)[\s·>]/i, 'web page'],
  [/^version https:\/\/git-lfs\.github\.com\//, 'Git LFS pointer'],
];
/** Names that take the article `an`. */
const article = /^(AVIF|SVG)/;
const longestBeginning = 1024;

/** True if a file begins like a picture of a format that can be decoded. */
export const isPicture = (bytes: Uint8Array): boolean => decoded.test(nameOf(bytes) ?? '');

/**
 * Says which decoder a file is for.
 * @throws InputError for one that is none of them, named for what it is where that is known
 */
export function pictureFormat(bytes: Uint8Array, path: string, option: string): PictureFormat {
  const name = nameOf(bytes);
  if (name === 'PNG' || name === 'JPEG' || name === 'WebP' || name === 'TIFF') return name;
  const advice = 'save it as a PNG or JPEG';
  if (bytes.length === 0) throw new InputError(`${path} is empty: it has 0 bytes`, { option });
  throw new InputError(
    name === undefined
      ? `${path} is neither a PNG nor a JPEG, WebP or TIFF; ${advice}`
      : `${path} is ${article.test(name) ? 'an' : 'a'} ${name}, which is not read; ${advice}`,
    { option },
  );
}

function nameOf(bytes: Uint8Array): string | undefined {
  const start = beginningOf(bytes);
  return beginnings.find(([pattern]) => pattern.test(start))?.[1];
}

/** Each byte as a character of Latin-1, a control character as `·`. */
const beginningOf = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, longestBeginning), (byte) =>
    byte < 0x20 ? '·' : String.fromCharCode(byte),
  ).join('');

/**
 * How files begin, each byte as a character of Latin-1, a control character as `·`; the first that fits says what a file
 * is.
 */
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
  [/^(·.{3}ftyp|·E\xdf\xa3)/, 'video'],
  [/^\x89HDF··/, 'HDF5 file, as Keras keeps weights'],
  [/^.{4}TFL3/, 'TensorFlow Lite file'],
  [/^\x93NUMPY/, 'NumPy array (.npy)'],
  [/^GGUF/, 'GGUF file'],
  [/^(Rar!|7z\xbc\xaf|\xfd7zXZ|BZh\d|\(\xb5\/\xfd)/, 'archive that is to be unpacked first'],
  [/^.{257}ustar/, 'archive that is to be unpacked first'],
  [/^version https:\/\/git-lfs\.github\.com\//, 'Git LFS pointer'],
];
const longestBeginning = 1024;
/** Names that take the article `an`. */
const article = /^(AVIF|SVG|HDF5|ONNX|archive)/;

/** Says what a file is, in a few words without an article; undefined for a kind that we do not know. */
export function fileKind(bytes: Uint8Array): string | undefined {
  const start = beginningOf(bytes);
  const known = beginnings.find(([pattern]) => pattern.test(start))?.[1];
  return known ?? (isOnnx(bytes) ? 'ONNX file' : undefined);
}

/** The words of `fileKind` with their article. */
export const withArticle = (kind: string): string => `${article.test(kind) ? 'an' : 'a'} ${kind}`;

/**
 * Says what stands in the place of a file that is wanted; undefined for a kind that we do not know.
 * @param wanted e.g. `a latent`
 */
export function inItsPlace(bytes: Uint8Array, wanted: string): string | undefined {
  if (bytes.length === 0) return 'the file is empty: it has 0 bytes';
  const kind = fileKind(bytes);
  return kind && `${withArticle(kind)}, not ${wanted}`;
}

/** A protobuf whose first field is a version from 3 on, and whose second is a name, a graph or the like. */
function isOnnx(bytes: Uint8Array): boolean {
  const [first, version = 0, second = 0] = bytes;
  return (
    first === 0x08 && version >= 3 && version < 32 && [0x12, 0x1a, 0x22, 0x3a].includes(second)
  );
}

/** Each byte as a character of Latin-1, a control character as `·`. */
const beginningOf = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, longestBeginning), (byte) =>
    byte < 0x20 ? '·' : String.fromCharCode(byte),
  ).join('');

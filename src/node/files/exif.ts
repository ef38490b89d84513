const littleEndian = 0x4949;
const orientationTag = 0x0112;
const entryLength = 12;

/**
 * How a camera was held. Source: EXIF 2.3, 4.6.4 and the TIFF 6.0 directory that it is in.
 * @param tiff what follows `Exif` and two zeros
 * @returns 1 to 8; 1 also where nothing sound is said of it
 */
export function orientationOf(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 10) return 1;
  const little = view.getUint16(0) === littleEndian;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + i * entryLength;
    if (entry + entryLength > tiff.length) return 1;
    if (view.getUint16(entry, little) !== orientationTag) continue;
    const orientation = view.getUint16(entry + 8, little);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

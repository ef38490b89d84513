/** A picture in bytes, as canvases and PNG files take it. */
export interface PixelImage {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** height · width · 4 bytes, row by row from the top: red, green, blue, alpha. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  /** How many channels a file of it needs: 3 by default, 1 for grey, one more where it has alpha. */
  readonly channels?: number;
}

/**
 * A generator's image in bytes: clamp(127.5·v + 128), truncated (SPEC §2). One channel is grey, a second
 * or fourth is alpha.
 * @param shape (1, channels, height, width)
 */
export function imagePixels(image: Float32Array, shape: readonly number[]): PixelImage {
  const [, channels, height, width] = shape;
  const pixels = height * width;
  // Which channel red, green, blue and alpha come from.
  const sources = [
    [0, 0, 0],
    [0, 0, 0, 1],
    [0, 1, 2],
    [0, 1, 2, 3],
  ][channels - 1];
  const rgba = new Uint8ClampedArray(4 * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let c = 0; c < 4; c++) {
      const channel = sources[c];
      const value = channel === undefined ? 1 : image[channel * pixels + pixel];
      rgba[4 * pixel + c] = Math.trunc(Math.min(255, Math.max(0, 127.5 * value + 128)));
    }
  }
  return { width, height, rgba, channels };
}

/** A picture in bytes, as canvases and PNG files take it. */
export interface PixelImage {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** height · width · 4 bytes, row by row from the top: red, green, blue, alpha. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/**
 * A generator's image in bytes: clamp(127.5·v + 128), truncated (SPEC §2). One channel is grey.
 * @param shape (1, channels, height, width)
 */
export function imagePixels(image: Float32Array, shape: readonly number[]): PixelImage {
  const [, channels, height, width] = shape;
  const pixels = height * width;
  const rgba = new Uint8ClampedArray(4 * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let c = 0; c < 3; c++) {
      const value = image[(channels === 1 ? 0 : c) * pixels + pixel];
      rgba[4 * pixel + c] = Math.trunc(Math.min(255, Math.max(0, 127.5 * value + 128)));
    }
    rgba[4 * pixel + 3] = 255;
  }
  return { width, height, rgba };
}

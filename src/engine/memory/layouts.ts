import { decodeF16, encodeF16 } from '../../formats/tensors/half_precision.ts';

/**
 * How logical tensors (N,C,H,W as in the files) lie in device memory.
 *
 * | layout             | logical axes  | device memory                                                      |
 * |--------------------|---------------|--------------------------------------------------------------------|
 * | `map`              | N, C, H, W    | N, H, W, C with C padded to a multiple of 4: `array<vec4f>`        |
 * | `vector`           | rows…, C      | rows of C floats, each row padded to 64: a row is a bindable view  |
 * | `convolution`      | O, I, kh, kw  | kh·kw, I/4, O/4 of `mat4x4f`; column k = input channel 4i+k        |
 * | `convolution_half` | O, I, kh, kw  | the same in f16, two in a word                                     |
 * | `plain`            | any           | row-major, no padding                                              |
 *
 * Padding is zero, so kernels may read it and sums need no masks.
 */
export type Layout = 'map' | 'vector' | 'convolution' | 'convolution_half' | 'plain';

/** The number format in which convolution weights are stored. All other tensors, and all sums, are f32. */
export type Precision = 'f32' | 'f16';

/** The layout in which a tensor is stored: `layout`, or its f16 form for convolution weights in f16. */
export const storedLayout = (layout: Layout, precision: Precision): Layout =>
  layout === 'convolution' && precision === 'f16' ? 'convolution_half' : layout;

/** A row of the `vector` layout starts at a multiple of 256 bytes, WebGPU's default binding alignment. */
export const vectorAlignment = 64;

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Channels as the device stores them: a multiple of 4. */
export const paddedChannels = (channels: number): number => roundUp(channels, 4);

/** Floats in one row of the `vector` layout. */
export const vectorStride = (length: number): number => roundUp(length, vectorAlignment);

const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);

/** Words of four bytes that a tensor of `shape` takes on the device. */
export function deviceLength(layout: Layout, shape: readonly number[]): number {
  switch (layout) {
    case 'map': {
      const [samples = 1, channels = 1, height = 1, width = 1] = shape;
      return samples * height * width * paddedChannels(channels);
    }
    case 'vector':
      return product(shape.slice(0, -1)) * vectorStride(shape[shape.length - 1] ?? 1);
    case 'convolution': {
      const [outputs = 1, inputs = 1, ...taps] = shape;
      return product(taps) * paddedChannels(inputs) * paddedChannels(outputs);
    }
    case 'convolution_half':
      return deviceLength('convolution', shape) / 2;
    case 'plain':
      return Math.max(1, product(shape));
  }
}

/** Calls `visit(logical index, device index)` for every element of a tensor; the latter counts elements, not words. */
function forEachElement(
  layout: Layout,
  shape: readonly number[],
  visit: (logical: number, device: number) => void,
): void {
  switch (layout) {
    case 'map': {
      const [samples = 1, channels = 1, height = 1, width = 1] = shape;
      const stride = paddedChannels(channels);
      let logical = 0;
      for (let n = 0; n < samples; n++)
        for (let c = 0; c < channels; c++)
          for (let pixel = 0; pixel < height * width; pixel++)
            visit(logical++, (n * height * width + pixel) * stride + c);
      return;
    }
    case 'vector': {
      const length = shape[shape.length - 1] ?? 1;
      const stride = vectorStride(length);
      const rows = product(shape.slice(0, -1));
      for (let row = 0; row < rows; row++)
        for (let i = 0; i < length; i++) visit(row * length + i, row * stride + i);
      return;
    }
    case 'convolution':
    case 'convolution_half': {
      const [outputs = 1, inputs = 1, ...kernel] = shape;
      const taps = product(kernel);
      const inputQuads = paddedChannels(inputs) / 4;
      const outputQuads = paddedChannels(outputs) / 4;
      let logical = 0;
      for (let o = 0; o < outputs; o++)
        for (let i = 0; i < inputs; i++)
          for (let tap = 0; tap < taps; tap++) {
            const matrix = (tap * inputQuads + (i >> 2)) * outputQuads + (o >> 2);
            visit(logical++, matrix * 16 + (i & 3) * 4 + (o & 3));
          }
      return;
    }
    case 'plain':
      for (let i = 0; i < product(shape); i++) visit(i, i);
  }
}

/** Logical values → device memory (padding zero): floats, or halves where the layout has those. */
export function pack(
  layout: Layout,
  shape: readonly number[],
  values: ArrayLike<number>,
): Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> {
  if (values.length !== product(shape))
    throw new RangeError(`${values.length} values for a tensor of shape [${shape.join(', ')}]`);
  const halves = layout === 'convolution_half';
  const length = deviceLength(layout, shape);
  const device = halves ? new Uint16Array(2 * length) : new Float32Array(length);
  const elements = halves ? encodeF16(values) : values;
  forEachElement(layout, shape, (logical, at) => {
    device[at] = elements[logical];
  });
  return device;
}

/** Device memory, seen as floats → logical values. */
export function unpack(
  layout: Layout,
  shape: readonly number[],
  device: Float32Array,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(product(shape));
  const elements = layout === 'convolution_half' ? halvesOf(device) : device;
  forEachElement(layout, shape, (logical, at) => {
    values[logical] = elements[at];
  });
  return values;
}

const halvesOf = (device: Float32Array): Float32Array =>
  decodeF16(new Uint16Array(device.buffer, device.byteOffset, 2 * device.length));

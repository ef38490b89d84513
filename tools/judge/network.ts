import { FormatError } from '../../src/formats/errors.ts';
import type { TensorFile } from '../../src/formats/tensors/named_tensors.ts';

/** A feature map, channel by channel, row by row. */
export interface Map3 {
  readonly channels: number;
  readonly side: number;
  readonly values: Float32Array;
}

/** A layer's weights: (outputs, inputs, 3, 3), (outputs, inputs, 1, 1) or (outputs, inputs), and a bias an output. */
export interface Layer {
  readonly outputs: number;
  readonly inputs: number;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/**
 * A layer of the judge's file.
 * @throws FormatError where it is missing or has another shape
 */
export function layerOf(
  { tensors, file }: TensorFile,
  name: string,
  outputs: number,
  inputs: number,
  taps: 1 | 9 = 9,
): Layer {
  const read = (tensor: string, length: number): Float32Array => {
    const data = tensors.get(tensor)?.data();
    if (data?.length !== length)
      throw new FormatError(`has ${data?.length ?? 'no'} values, the judge takes ${length}`, {
        file,
        tensor,
      });
    return data;
  };
  return {
    outputs,
    inputs,
    weight: read(`${name}.weight`, outputs * inputs * taps),
    bias: read(`${name}.bias`, outputs),
  };
}

/** 3×3 convolution with a border of zeros, then ReLU. `stride` 2 halves the side. */
export function step(x: Map3, { outputs, inputs, weight, bias }: Layer, stride: 1 | 2 = 1): Map3 {
  const { side } = x;
  const wide = side + 2;
  const padded = new Float32Array(inputs * wide * wide);
  for (let c = 0; c < inputs; c++)
    for (let row = 0; row < side; row++) {
      const from = (c * side + row) * side;
      padded.set(x.values.subarray(from, from + side), (c * wide + row + 1) * wide + 1);
    }
  const result = side / stride;
  const values = new Float32Array(outputs * result * result);
  for (let o = 0; o < outputs; o++) {
    const plane = values.subarray(o * result * result, (o + 1) * result * result).fill(bias[o]);
    for (let i = 0; i < inputs; i++) {
      const taps = weight.subarray(9 * (o * inputs + i), 9 * (o * inputs + i) + 9);
      addPlane(
        plane,
        result,
        padded.subarray(i * wide * wide, (i + 1) * wide * wide),
        taps,
        stride,
      );
    }
    for (let p = 0; p < plane.length; p++) plane[p] = Math.max(0, plane[p]);
  }
  return { channels: outputs, side: result, values };
}

/** Adds the 3×3 taps of one padded input plane to an output plane of this side. */
function addPlane(
  plane: Float32Array,
  side: number,
  padded: Float32Array,
  taps: Float32Array,
  stride: 1 | 2,
): void {
  const wide = side * stride + 2;
  const [a, b, c, d, e, f, g, h, k] = taps;
  for (let row = 0; row < side; row++) {
    let p = row * stride * wide;
    for (let at = row * side; at < (row + 1) * side; at++, p += stride) {
      plane[at] +=
        a * padded[p] +
        b * padded[p + 1] +
        c * padded[p + 2] +
        d * padded[p + wide] +
        e * padded[p + wide + 1] +
        f * padded[p + wide + 2] +
        g * padded[p + 2 * wide] +
        h * padded[p + 2 * wide + 1] +
        k * padded[p + 2 * wide + 2];
    }
  }
}

/** 1×1 convolution. */
export function mixed(x: Map3, { outputs, inputs, weight, bias }: Layer): Map3 {
  const cells = x.side ** 2;
  const values = new Float32Array(outputs * cells);
  for (let o = 0; o < outputs; o++) {
    const plane = values.subarray(o * cells, (o + 1) * cells).fill(bias[o]);
    for (let i = 0; i < inputs; i++) {
      const w = weight[o * inputs + i];
      const from = i * cells;
      for (let p = 0; p < cells; p++) plane[p] += w * x.values[from + p];
    }
  }
  return { channels: outputs, side: x.side, values };
}

/** A linear layer over all numbers of a map or list. */
export function linear(
  x: ArrayLike<number>,
  { outputs, inputs, weight, bias }: Layer,
): Float32Array {
  return Float32Array.from({ length: outputs }, (_, o) => {
    let sum = bias[o];
    for (let i = 0; i < inputs; i++) sum += weight[o * inputs + i] * x[i];
    return sum;
  });
}

/** `skip` plus x with each cell as 2×2. */
export function doubledOnto(skip: Map3, x: Map3): Map3 {
  const { side } = skip;
  const values = skip.values.slice();
  for (let c = 0; c < skip.channels; c++)
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++)
        values[(c * side + row) * side + column] +=
          x.values[(c * x.side + (row >> 1)) * x.side + (column >> 1)];
  return { ...skip, values };
}

/** Each 2×2 of pixels becomes four channels: (c, row parity, column parity) in this order, as PyTorch has it. */
export function unshuffled(x: Map3): Map3 {
  const side = x.side / 2;
  const values = new Float32Array(x.values.length);
  for (let c = 0; c < x.channels; c++)
    for (let row = 0; row < x.side; row++)
      for (let column = 0; column < x.side; column++) {
        const channel = 4 * c + 2 * (row & 1) + (column & 1);
        values[(channel * side + (row >> 1)) * side + (column >> 1)] =
          x.values[(c * x.side + row) * x.side + column];
      }
  return { channels: 4 * x.channels, side, values };
}

/** `unshuffled` undone. */
export function shuffled(x: Map3): Map3 {
  const side = 2 * x.side;
  const values = new Float32Array(x.values.length);
  for (let c = 0; c < x.channels / 4; c++)
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++) {
        const channel = 4 * c + 2 * (row & 1) + (column & 1);
        values[(c * side + row) * side + column] =
          x.values[(channel * x.side + (row >> 1)) * x.side + (column >> 1)];
      }
  return { channels: x.channels / 4, side, values };
}

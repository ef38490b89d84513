import type { Call } from '../engine/graph/reversal.ts';

/**
 * Copies a tensor to others of its size, so that they are one value; their gradients add up.
 * @param length words of each on the device
 */
export const broadcastCalls = (w: string, copies: readonly string[], length: number): Call[] =>
  copies.map((ws) => ({
    operation: 'broadcast_latent',
    label: 'broadcast_latent',
    sizes: { length },
    tensors: { w, ws },
  }));

/**
 * A loss that draws a part `ws` of a latent to where it was at first: the mean of all |latent − initial|, times the
 * parameter `regularization` of the calls `latent_regularization`.
 * @param length words of `ws` on the device
 * @param values how many values the whole latent has
 */
export const regularizationCall = (
  ws: string,
  initial: string,
  { length, values }: { readonly length: number; readonly values: number },
): Call => ({
  operation: 'latent_regularization',
  label: 'latent_regularization',
  sizes: { length, values },
  tensors: { ws, initial_ws: initial, status: 'status' },
  params: { regularization: 0 },
});

const adamTensors = {
  w: 'w',
  d_w: 'd_w',
  first_moment: 'first_moment',
  second_moment: 'second_moment',
  status: 'status',
} as const;

/** Adam's step on `w` (rows, length) with its gradient `d_w`. Parameter of the call `adam`: learning_rate. */
export const adamCall = (rows: number, length: number): Call => ({
  operation: 'adam',
  label: 'adam',
  sizes: { rows, length },
  tensors: adamTensors,
  params: { learning_rate: 0 },
});

/** The step of Adam with one second moment on `w` (length), with its gradient `d_w`. Its label is `adam`, too. */
export const adamTogetherCall = (length: number): Call => ({
  operation: 'adam_together',
  label: 'adam',
  sizes: { length },
  tensors: adamTensors,
  params: { learning_rate: 0 },
});

/** Coordinates from what is trained: `coordinates` = `begin` + `spread` · `w`. @param length of each */
export const linearCall = (length: number): Call => ({
  operation: 'fully_connected',
  label: 'spread',
  sizes: { samples: 1, inputs: length, outputs: length },
  tensors: { x: 'w', weight: 'spread', bias: 'begin', y: 'coordinates' },
  params: { weight_gain: 1, bias_gain: 1, slope: 1, gain: 1 },
});

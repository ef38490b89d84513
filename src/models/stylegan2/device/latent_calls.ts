import type { Call } from '../../../engine/graph/reversal.ts';

/** A w (1, length) as several rows of ws, each by its name; their gradients add up. */
export const broadcastCalls = (rows: readonly string[], length: number): Call[] =>
  rows.map((ws) => ({
    operation: 'broadcast_latent',
    label: 'broadcast_latent',
    sizes: { length },
    tensors: { w: 'w', ws },
  }));

/** Adam's step on `w` (rows, length) with its gradient `d_w`. Parameter of the call `adam`: learning_rate. */
export const adamCall = (rows: number, length: number): Call => ({
  operation: 'adam',
  label: 'adam',
  sizes: { rows, length },
  tensors: {
    w: 'w',
    d_w: 'd_w',
    first_moment: 'first_moment',
    second_moment: 'second_moment',
    status: 'status',
  },
  params: { learning_rate: 0 },
});

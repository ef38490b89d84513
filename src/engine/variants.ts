import type { AdapterDescription } from './device.ts';
import { paddedChannels } from './layouts.ts';
import type { Call } from './reversal.ts';

/** Which kernels a plan takes where several compute the same. */
export interface Variants {
  /** Neighbouring invocations take different cells and share their weights; else they share cells. */
  readonly cellsFirst: boolean;
  /** Invocations that keep the adapter busy. Convolutions with fewer split their sums; 0 splits none. */
  readonly invocations: number;
}

/** A sane choice for an adapter that was not measured: software adapters run on a processor and its caches. */
export const defaultVariants = ({ isSoftware }: AdapterDescription): Variants =>
  isSoftware ? { cellsFirst: false, invocations: 0 } : { cellsFirst: true, invocations: 32768 };

/** More parts cost more to add up than they gain. */
const mostSplits = 32;
/** Fewer steps (of a tap and four channels) in a part are not worth its sum. */
const leastSteps = 8;

const quads = (channels: number): number => paddedChannels(channels) / 4;

/**
 * Replaces the plain operations by the variants that are to run. The plain ones stay in the table as oracles.
 * @param listed how many cells, or blocks, a convolution goes over
 */
export const withVariants = (
  calls: readonly Call[],
  variants: Variants,
  listed: (call: Call) => number,
): Call[] =>
  calls.map((call) => {
    switch (call.operation) {
      case 'conv3x3':
        return convolution(call, variants, listed, 'conv3x3');
      case 'conv3x3_up':
        return convolution(call, variants, listed, 'conv3x3_up');
      default:
        return call;
    }
  });

function convolution(
  call: Call,
  { cellsFirst, invocations }: Variants,
  listed: (call: Call) => number,
  name: 'conv3x3' | 'conv3x3_up',
): Call {
  const params = { ...call.params, cells_first: cellsFirst ? 1 : 0 };
  const overCells: Call = { ...call, operation: `${name}_cells`, params };
  const { samples, inputs, outputs } = call.sizes;
  // The smaller direction decides, so that both are split alike.
  const channels = Math.min(quads(inputs), quads(outputs));
  const busy = samples * Math.ceil(listed(overCells) / 4) * channels;
  const splits = Math.min(
    Math.ceil(invocations / busy),
    Math.floor((9 * channels) / leastSteps),
    mostSplits,
  );
  if (splits <= 1) return overCells;
  return { ...overCells, operation: `${name}_split_k`, sizes: { ...call.sizes, splits } };
}

import type { AdapterDescription } from '../adapter.ts';
import { type Precision, paddedChannels } from '../memory/layouts.ts';
import { winogradWeightBytes } from '../operations/winograd_operations.ts';
import type { Call } from './reversal.ts';

/** How one convolution of a plan is computed, forward and backward. */
export interface ConvolutionChoice {
  /** Neighbouring invocations take different cells and share their weights; else they share cells. */
  readonly cellsFirst: boolean;
  /** Parts that its sums are split into; 1 splits none. */
  readonly splits: number;
  /**
   * Its input is multiplied by the styles in its inner loop, or ahead by a kernel of its own, which pays where there are
   * many cells. Split sums have it inline.
   */
  readonly modulation: 'inline' | 'ahead';
  /**
   * Every product of the sum, or fewer of transformed tiles, forward: of a dense convolution at the same resolution alone,
   * which then splits no sums and modulates what it transforms.
   */
  readonly algorithm: 'direct' | 'winograd';
}

/** How a plan has a convolution, beside its sizes. */
export interface Setting {
  /** The most cells, or blocks, that it goes over. */
  readonly listed: number;
  /** It always covers its whole map; else a list may be shorter than it can get. */
  readonly dense?: boolean;
  /** Its plan says that sums may round otherwise. */
  readonly freeRounding?: boolean;
  /** Of its weights; f32 where it is not given. */
  readonly precision?: Precision;
}

/** Which kernels a plan takes where several compute the same. */
export interface Variants {
  /** As in `ConvolutionChoice`, where nothing was measured. */
  readonly cellsFirst: boolean;
  /** Invocations that keep the adapter busy. Convolutions with fewer split their sums; 0 splits none. */
  readonly invocations: number;
  /** Convolutions over at least so many cells have their input modulated ahead. */
  readonly cellsAhead: number;
  /** Dense convolutions over at least so many cells and channels are computed by Winograd's algorithm; none without it. */
  readonly winograd?: { readonly cells: number; readonly channels: number };
  /** Demodulation, noise, bias and activation are a kernel of their own, or part of the one that they follow. */
  readonly epilogue: 'apart' | 'fused';
  /** What was measured to be best, by `convolutionKey`. */
  readonly tuned?: ReadonlyMap<string, ConvolutionChoice>;
}

/** A sane choice for an adapter that was not measured: software adapters run on a processor and its caches. */
export const defaultVariants = ({ isSoftware }: AdapterDescription): Variants =>
  isSoftware
    ? {
        cellsFirst: false,
        invocations: 0,
        cellsAhead: 0,
        winograd: { cells: 16 ** 2, channels: 24 },
        epilogue: 'fused',
      }
    : { cellsFirst: true, invocations: 32768, cellsAhead: 4096, epilogue: 'fused' };

/** More parts cost more to add up than they gain. */
export const mostSplits = 32;
/** Fewer steps (of a tap and four channels) in a part are not worth its sum. */
const leastSteps = 8;

/** So many invocations keep every adapter busy without more parts. */
const enoughInvocations = 2 ** 18;

const quads = (channels: number): number => paddedChannels(channels) / 4;

/** The convolutions of a network, which come as several kernels. */
export const isConvolution = ({ operation }: Call): boolean =>
  operation === 'conv3x3' || operation === 'conv3x3_up';

/**
 * What a measurement of a convolution holds for: its operation and shape, and how many cells it goes over, rounded up to
 * a power of two since lists vary with points and radii; "all" where that allows of more choices.
 */
export function convolutionKey(call: Call, setting: Setting): string {
  const { listed, precision } = setting;
  const { samples, inputs, outputs, height, width } = call.sizes;
  const cells = 2 ** Math.ceil(Math.log2(Math.max(1, listed)));
  const weights = precision === 'f16' ? ', weights in f16' : '';
  const covered = isWinogradWorthTrying(call, setting) ? 'all' : cells;
  return `${call.operation} ${samples}×${inputs}→${outputs} ${height}×${width} ${covered} cells${weights}`;
}

/** The most parts that a convolution's sums may be split into. */
export function mostSplitsOf({ sizes: { inputs, outputs } }: Call): number {
  // The smaller direction decides, so that both are split alike.
  const channels = Math.min(quads(inputs), quads(outputs));
  return Math.max(1, Math.min(Math.floor((9 * channels) / leastSteps), mostSplits));
}

/** Memory of transformed weights: those of 512 channels. */
const mostWinogradBytes = 16 * 2 ** 20;

/** On smaller maps there is little to save, and on the smallest the weights' transformation takes longer than that. */
const leastWinogradCells = 16 ** 2;

/**
 * Cells that no list names are transformed as well, so a convolution has to cover all. Its sums round otherwise, which
 * would show in a drag: losses compare features of two plans, and have gradients of ±1 however little these differ.
 */
const canBeWinograd = (call: Call, { dense, freeRounding }: Setting): boolean =>
  call.operation === 'conv3x3' &&
  dense === true &&
  freeRounding === true &&
  winogradWeightBytes(call.sizes) <= mostWinogradBytes;

const isWinogradWorthTrying = (call: Call, setting: Setting): boolean =>
  setting.listed >= leastWinogradCells && canBeWinograd(call, setting);

const isWinogradDefault = (call: Call, { winograd }: Variants, setting: Setting): boolean => {
  if (!winograd || !canBeWinograd(call, setting)) return false;
  const { inputs, outputs } = call.sizes;
  return setting.listed >= winograd.cells && Math.min(inputs, outputs) >= winograd.channels;
};

/** What was measured, else what `variants` says of all. */
export function choiceOf(call: Call, variants: Variants, setting: Setting): ConvolutionChoice {
  const { cellsFirst, invocations, cellsAhead, tuned } = variants;
  const { listed } = setting;
  const measured = tuned?.get(convolutionKey(call, setting));
  if (measured)
    return {
      ...measured,
      splits: Math.min(measured.splits, mostSplitsOf(call)),
      algorithm: canBeWinograd(call, setting) ? measured.algorithm : 'direct',
    };
  if (isWinogradDefault(call, variants, setting)) return inWinogradsForm(cellsFirst);
  const wanted = Math.ceil(invocations / unsplitInvocations(call, listed));
  const splits = Math.max(1, Math.min(wanted, mostSplitsOf(call)));
  const ahead = splits === 1 && listed >= cellsAhead;
  return { cellsFirst, splits, modulation: ahead ? 'ahead' : 'inline', algorithm: 'direct' };
}

const inWinogradsForm = (cellsFirst: boolean): ConvolutionChoice => ({
  cellsFirst,
  splits: 1,
  modulation: 'inline',
  algorithm: 'winograd',
});

/** What is worth measuring: each of these computes the same. */
export function candidatesOf(call: Call, setting: Setting): ConvolutionChoice[] {
  const most = Math.min(
    mostSplitsOf(call),
    Math.max(1, enoughInvocations / unsplitInvocations(call, setting.listed)),
  );
  const candidates = isWinogradWorthTrying(call, setting) ? [false, true].map(inWinogradsForm) : [];
  const algorithm = 'direct';
  for (let splits = 1; splits <= most; splits *= 2)
    for (const cellsFirst of [false, true]) {
      candidates.push({ cellsFirst, splits, modulation: 'inline', algorithm });
      if (splits === 1) candidates.push({ cellsFirst, splits, modulation: 'ahead', algorithm });
    }
  return candidates;
}

/** Invocations of the smaller direction of a convolution whose sums are not split. */
const unsplitInvocations = ({ sizes: { samples, inputs, outputs } }: Call, listed: number) =>
  samples * Math.ceil(listed / 4) * Math.min(quads(inputs), quads(outputs));

/** The convolution as all of its kernels go over it: by a list of cells, or of blocks. */
export const overCells = (call: Call): Call => ({
  ...call,
  operation: call.operation === 'conv3x3' ? 'conv3x3_cells' : 'conv3x3_up_cells',
});

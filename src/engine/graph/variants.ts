import type { AdapterDescription } from '../adapter.ts';
import { type Precision, paddedChannels } from '../memory/layouts.ts';
import { winogradWeightBytes } from '../operations/winograd_operations.ts';
import type { Call } from './reversal.ts';

/** How one convolution of a plan is computed, forward and backward. */
export interface ConvolutionChoice {
  /** True if neighbouring invocations take different cells and read the same weights; false if they share cells. */
  readonly cellsFirst: boolean;
  /** Number of parts that each of its sums is split into; 1 leaves them whole. */
  readonly splits: number;
  /**
   * Where the input is multiplied by the styles: in the convolution's inner loop, or ahead in a kernel of its own. The
   * latter pays where there are many cells. Convolutions with split sums do it inline.
   */
  readonly modulation: 'inline' | 'ahead';
  /**
   * How the forward sums are computed: product by product, or with fewer products from transformed tiles. The latter is
   * for dense convolutions at the same resolution only; they then split no sums and modulate what they transform. `lanes`
   * splits the sums of both directions within workgroups, for few cells.
   */
  readonly algorithm: 'direct' | 'winograd' | 'lanes';
}

/** What a plan asks of a convolution, beside its sizes. */
export interface Setting {
  /** The most cells (up-sampling: blocks of 2×2 pixels) that it goes over. */
  readonly listed: number;
  /** True if it always covers its whole map; else it goes over a list of at most `listed` cells. */
  readonly dense?: boolean;
  /** True if its plan lets sums be rounded differently; see `PlanRequest.freeRounding`. */
  readonly freeRounding?: boolean;
  /** Precision of its weights; f32 where it is not given. */
  readonly precision?: Precision;
}

/** The rules by which a plan chooses among kernels that compute the same. */
export interface Variants {
  /** `ConvolutionChoice.cellsFirst` of layers that were not measured. */
  readonly cellsFirst: boolean;
  /** Number of invocations that keeps the adapter busy. Convolutions with fewer split their sums; with 0 none does. */
  readonly invocations: number;
  /** How they do: each within a workgroup, or among workgroups, with parts that go through memory. By default the latter. */
  readonly sums?: 'lanes' | 'parts';
  /** Convolutions over at least so many cells have their input modulated ahead. */
  readonly cellsAhead: number;
  /** Dense convolutions over at least so many cells and channels are computed by Winograd's algorithm; absent: none. */
  readonly winograd?: { readonly cells: number; readonly channels: number };
  /** Demodulation, noise, bias and activation run in a kernel of their own, or in the one that they follow. */
  readonly epilogue: 'apart' | 'fused';
  /** The choices that were measured to be fastest, by `convolutionKey`. */
  readonly tuned?: ReadonlyMap<string, ConvolutionChoice>;
}

/** The rules for an adapter that was not measured. A software adapter depends on the processor's caches. */
export const defaultVariants = ({ isSoftware }: AdapterDescription): Variants =>
  isSoftware
    ? {
        cellsFirst: false,
        invocations: 0,
        cellsAhead: 0,
        winograd: { cells: 16 ** 2, channels: 24 },
        epilogue: 'fused',
      }
    : {
        cellsFirst: true,
        invocations: 32768,
        sums: 'lanes',
        cellsAhead: 4096,
        epilogue: 'fused',
      };

/** The most parts of a sum: adding up more costs more than they gain. */
export const mostSplits = 32;
/** The fewest steps (one tap and four channels each) that make a part worth adding up. */
const leastSteps = 8;

/** Number of invocations that keeps every adapter busy, so that more parts need not be tried. */
const enoughInvocations = 2 ** 18;

const quads = (channels: number): number => paddedChannels(channels) / 4;

/** True for the convolutions that come as several kernels. */
export const isConvolution = ({ operation }: Call): boolean =>
  operation === 'conv3x3' || operation === 'conv3x3_up';

/**
 * The key under which a convolution's measurement is kept: its operation, its shape, and the number of cells that it
 * goes over, rounded up to a power of two since lists vary with points and radii; "all" where Winograd's form is tried.
 */
export function convolutionKey(call: Call, setting: Setting): string {
  const { listed, precision } = setting;
  const { samples, inputs, outputs, height, width } = call.sizes;
  const cells = 2 ** Math.ceil(Math.log2(Math.max(1, listed)));
  const weights = precision === 'f16' ? ', weights in f16' : '';
  const covered = isWinogradWorthTrying(call, setting) ? 'all' : cells;
  return `${call.operation} ${samples}×${inputs}→${outputs} ${height}×${width} ${covered} cells${weights}`;
}

/** The most parts that this convolution's sums may be split into. */
export function mostSplitsOf({ sizes: { inputs, outputs } }: Call): number {
  // The smaller direction decides, so that both are split alike.
  const channels = Math.min(quads(inputs), quads(outputs));
  return Math.max(1, Math.min(Math.floor((9 * channels) / leastSteps), mostSplits));
}

/** The most bytes that transformed weights may take: those of 512 × 512 channels. */
const mostWinogradBytes = 16 * 2 ** 20;

/** The smallest map, in cells: below, little is saved, and transforming the weights may take longer than that. */
const leastWinogradCells = 16 ** 2;

/**
 * Tiles of the whole map are transformed, so the convolution has to cover all cells. Its sums round differently, which
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

/** The measured choice for a convolution; without one, what the rules of `variants` give. */
export function choiceOf(call: Call, variants: Variants, setting: Setting): ConvolutionChoice {
  const { cellsFirst, invocations, sums, cellsAhead, tuned } = variants;
  const { listed } = setting;
  const measured = tuned?.get(convolutionKey(call, setting));
  if (measured)
    return {
      ...measured,
      splits: Math.min(measured.splits, mostSplitsOf(call)),
      algorithm:
        measured.algorithm === 'winograd' && !canBeWinograd(call, setting)
          ? 'direct'
          : measured.algorithm,
    };
  if (isWinogradDefault(call, variants, setting)) return inWinogradsForm(cellsFirst);
  const wanted = Math.ceil(invocations / unsplitInvocations(call, listed));
  const splits = Math.max(1, Math.min(wanted, mostSplitsOf(call)));
  if (splits > 1 && sums === 'lanes') return byLanes(cellsFirst);
  const ahead = splits === 1 && listed >= cellsAhead;
  return { cellsFirst, splits, modulation: ahead ? 'ahead' : 'inline', algorithm: 'direct' };
}

const inWinogradsForm = (cellsFirst: boolean): ConvolutionChoice => ({
  cellsFirst,
  splits: 1,
  modulation: 'inline',
  algorithm: 'winograd',
});

const byLanes = (cellsFirst: boolean): ConvolutionChoice => ({
  cellsFirst,
  splits: 1,
  modulation: 'inline',
  algorithm: 'lanes',
});

/** The choices that are worth measuring for a convolution; all compute the same. */
export function candidatesOf(call: Call, setting: Setting): ConvolutionChoice[] {
  const most = Math.min(
    mostSplitsOf(call),
    Math.max(1, enoughInvocations / unsplitInvocations(call, setting.listed)),
  );
  const candidates = isWinogradWorthTrying(call, setting) ? [false, true].map(inWinogradsForm) : [];
  // Neighbours in a workgroup by lanes take different channels, whatever the choice: one candidate.
  if (most > 1) candidates.push(byLanes(true));
  const algorithm = 'direct';
  for (let splits = 1; splits <= most; splits *= 2)
    for (const cellsFirst of [false, true]) {
      candidates.push({ cellsFirst, splits, modulation: 'inline', algorithm });
      if (splits === 1) candidates.push({ cellsFirst, splits, modulation: 'ahead', algorithm });
    }
  return candidates;
}

/** Number of invocations without split sums, of forward or backward, whichever has fewer. */
const unsplitInvocations = ({ sizes: { samples, inputs, outputs } }: Call, listed: number) =>
  samples * Math.ceil(listed / 4) * Math.min(quads(inputs), quads(outputs));

/** The same convolution as a call that goes over a list of cells (up-sampling: of blocks). */
export const overCells = (call: Call): Call => ({
  ...call,
  operation: call.operation === 'conv3x3' ? 'conv3x3_cells' : 'conv3x3_up_cells',
});

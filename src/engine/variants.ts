import type { AdapterDescription } from './device.ts';
import type { Call } from './reversal.ts';

/** Which kernels a plan takes where several compute the same. */
export interface Variants {
  /** Neighbouring invocations take different cells and share their weights; else they share cells. */
  readonly cellsFirst: boolean;
}

/** A sane choice for an adapter that was not measured: software adapters run on a processor and its caches. */
export function defaultVariants({ isSoftware }: AdapterDescription): Variants {
  return { cellsFirst: !isSoftware };
}

/** Replaces the plain operations by the variants that are to run. The plain ones stay in the table as oracles. */
export const withVariants = (calls: readonly Call[], variants: Variants): Call[] =>
  calls.map((call) => variantOf(call, variants));

function variantOf(call: Call, { cellsFirst }: Variants): Call {
  const params = { ...call.params, cells_first: cellsFirst ? 1 : 0 };
  switch (call.operation) {
    case 'conv3x3':
      return { ...call, operation: 'conv3x3_cells', params };
    case 'conv3x3_up':
      return { ...call, operation: 'conv3x3_up_cells', params };
    default:
      return call;
  }
}

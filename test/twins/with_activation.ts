import { bias_act } from './bias_act.ts';
import { fir } from './fir.ts';
import type { Twin } from './twin.ts';

/** An operation that makes u, and bias_act of that. */
export const withActivation =
  (operation: Twin): Twin =>
  (tensors, numbers) =>
    bias_act(
      { ...tensors, ...operation(tensors, numbers) },
      { channels: numbers.outputs, ...numbers },
    );

/** The FIR of all channels, and bias_act of that. */
export const fir_act: Twin = withActivation((tensors, numbers) =>
  fir(tensors, { ...numbers, total: numbers.channels, first: 0 }),
);

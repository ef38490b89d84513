import { type Call, dependents } from '../../engine/graph/reversal.ts';

/** The calls of a network, split in two lists, each in the network's order. */
export interface CallSplit {
  /** Those that depend on no trained tensor: in StyleGAN2 the styles of upper layers. */
  readonly constant: readonly Call[];
  readonly varying: readonly Call[];
}

/** @param trained the tensors that change from iteration to iteration */
export function splitConstant(calls: readonly Call[], trained: readonly string[]): CallSplit {
  const changing = dependents(calls, trained);
  const varies = ({ tensors }: Call): boolean =>
    Object.values(tensors).some((tensor) => changing.has(tensor));
  return {
    constant: calls.filter((call) => !varies(call)),
    varying: calls.filter(varies),
  };
}

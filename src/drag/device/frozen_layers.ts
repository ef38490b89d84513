import type { Call } from '../../engine/graph/reversal.ts';
import type { LayerCall } from '../../models/stylegan2/network/network.ts';

/** The calls of a network in two: those that depend on nothing but rows of ws that a drag does not change, and the others. */
export interface LayerSplit {
  /** Styles and demodulation of the upper layers. */
  readonly frozen: readonly Call[];
  readonly others: readonly Call[];
}

/** @param trainedRows how many rows of ws, from the first on, a drag changes */
export function splitFrozen(calls: readonly LayerCall[], trainedRows: number): LayerSplit {
  const constant = new Set<string>();
  const isConstant = (tensor: string): boolean => {
    const row = /^ws\.(\d+)$/.exec(tensor)?.[1];
    return row === undefined ? constant.has(tensor) : Number(row) >= trainedRows;
  };
  const frozen: Call[] = [];
  const others: Call[] = [];
  for (const call of calls) {
    const { operation, tensors } = call;
    if (operation === 'fully_connected' && isConstant(tensors.x)) constant.add(tensors.y);
    else if (operation === 'demodulate' && isConstant(tensors.styles))
      constant.add(tensors.demodulation);
    else {
      others.push(call);
      continue;
    }
    frozen.push(call);
  }
  return { frozen, others };
}

import type { Precision } from '../memory/layouts.ts';
import type { TensorStore } from '../memory/tensors.ts';
import { tensorShape } from '../operations/operation.ts';
import { operationTable } from '../operations/operations.ts';
import type { PlanRequest } from './plan_request.ts';
import type { Call, EntryCall } from './reversal.ts';
import { overCells, type Setting } from './variants.ts';

/** How the weights of a call are stored; `f32` for a call without weights. */
export function weightPrecision({ tensors }: Call, store: TensorStore): Precision {
  const halves = Object.values(tensors).some(
    (name) => store.find(name)?.layout === 'convolution_half',
  );
  return halves ? 'f16' : 'f32';
}

/** What a plan asks of a convolution. */
export function settingOf(
  convolution: Call,
  store: TensorStore,
  { cells, freeRounding }: Pick<PlanRequest, 'cells' | 'freeRounding'>,
): Setting {
  const call = overCells(convolution);
  const operation = operationTable[call.operation];
  const { over } = operation.forward.forward;
  const precision = weightPrecision(call, store);
  if (over === undefined) return { listed: 0, precision };
  const [, , height, width] = tensorShape(operation.tensors[over], call.sizes);
  const entry: EntryCall = {
    call,
    operation,
    entry: 'forward',
    direction: 'forward',
    accumulate: false,
  };
  const list = cells?.(entry);
  const listed = list?.computed ?? height * width;
  return { listed, dense: list === undefined, freeRounding, precision };
}

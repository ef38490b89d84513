import type { PlanRequest } from './plan_request.ts';
import { type EntryCall, gradientOf } from './reversal.ts';

/** Wanted tensors whose gradients no entry makes, or whose first contribution covers the cells of a list alone. */
export function incompleteGradients(
  entries: readonly EntryCall[],
  { wanted, cells }: Required<Pick<PlanRequest, 'wanted' | 'cells'>>,
): string[] {
  return wanted.filter((tensor) => {
    const first = entries.find(({ call, operation, direction, entry }) =>
      Object.entries(call.tensors).some(
        ([name, one]) =>
          one === tensor && operation[direction][entry].writes.includes(gradientOf(name)),
      ),
    );
    if (!first) return true;
    const { over } = first.operation[first.direction][first.entry];
    return over !== undefined && cells(first) !== undefined;
  });
}
